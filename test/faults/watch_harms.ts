/** The faults of the matrix that meet a watch: it ends, says nothing, or says it wrong. */
import { closed, reset } from "./harms.ts";
import type { Harm } from "./proxy.ts";

type Lines = AsyncIterable<string>;

/** By name; the client must find out by itself, at the latest when it lists again. */
export const WATCH_HARMS: Readonly<Record<string, Harm>> = {
  "watch reset": (exchange) => {
    reset(exchange);
    return Promise.resolve();
  },
  "watch 410 gone": ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Expired", code: 410 };
    response.end(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    return Promise.resolve();
  },
  "watch ends at once": ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end();
    return Promise.resolve();
  },
  "watch silent": async ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    await closed(response);
  },
  "watch of bookmarks alone": through(bookmarksAlone),
  "watch misses every second event": through(everySecond),
  "watch in the wrong order": through(pairsSwapped),
};

/** Passes the server's events on as something makes them. */
function through(change: (lines: Lines) => Lines): Harm {
  return async ({ response, events }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for await (const line of change(events())) response.write(`${line}\n`);
    response.end();
  };
}

async function* bookmarksAlone(lines: Lines): AsyncGenerator<string> {
  for await (const line of lines) {
    // The edge: a WatchEvent of meta/v1.
    const { object } = JSON.parse(line) as { object: { metadata: { resourceVersion: string } } };
    const { resourceVersion } = object.metadata;
    yield JSON.stringify({ type: "BOOKMARK", object: { ...object, metadata: { resourceVersion } } });
  }
}

async function* everySecond(lines: Lines): AsyncGenerator<string> {
  let index = 0;
  for await (const line of lines) if (index++ % 2 === 0) yield line;
}

async function* pairsSwapped(lines: Lines): AsyncGenerator<string> {
  let held: string | undefined;
  for await (const line of lines) {
    if (held === undefined) held = line;
    else {
      yield line;
      yield held;
      held = undefined;
    }
  }
}
