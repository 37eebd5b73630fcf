/** Every request of the client, answered by something that is no API server. */
import { deepEqual, doesNotMatch, equal, fail, match, ok } from "node:assert/strict";
import { diagnoseRequest } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { LiveSet } from "../../lib/cluster/live_set.ts";
import { plainClient } from "./plain_client.ts";
import { BROKEN, endless, serve, STRANGE } from "./strange_answers.ts";

const SECRET = { apiVersion: "v1", kind: "Secret", name: "a", namespace: "shop" };
const OBJECT = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", namespace: "shop", resourceVersion: "1" },
};
const REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
const WATCH = { resourceVersion: "1", timeoutSeconds: 5 };

/** Every request by what it does. */
const REQUESTS = {
  get: (client: ClusterClient) => client.get(SECRET),
  discovery: (client: ClusterClient) => client.resource("traefik.io/v1alpha1", "Middleware"),
  list: (client: ClusterClient) => client.list(SECRET, "shop"),
  "list of metadata": (client: ClusterClient) => client.list(SECRET, "shop", { metadataOnly: true }),
  watch: async (client: ClusterClient): Promise<never> => {
    for await (const event of client.watch(SECRET, "shop", WATCH)) fail(JSON.stringify(event));
    fail("the watch ended as if it were one");
  },
  apply: (client: ClusterClient) => client.apply(OBJECT),
  "dry-run": (client: ClusterClient) => client.apply(OBJECT, { dryRun: true }),
  create: (client: ClusterClient) => client.create(OBJECT),
  replace: (client: ClusterClient) => client.replace(OBJECT),
  review: (client: ClusterClient) => client.review(REVIEW, { kind: "SelfSubjectRulesReview", spec: {} }),
} satisfies Readonly<Record<string, (client: ClusterClient) => Promise<unknown>>>;
/** These send what could have been done already: never again. */
const ONCE: ReadonlySet<string> = new Set(["watch", "create", "replace"]);

/** One of each way to read an answer meets the large ones. */
const LARGE: ReadonlySet<string> = new Set(["get", "watch"]);

/** What the request is told of the answer, and what it took. */
async function asked(
  request: (client: ClusterClient) => Promise<unknown>,
  answer: () => Response,
): Promise<
  { readonly message: string; readonly code: string; readonly hint: string; readonly sent: number }
> {
  await using server = serve(answer);
  const client = plainClient(server.address);
  try {
    const found = await request(client);
    fail(`taken for an answer: ${JSON.stringify(found)}`);
  } catch (error) {
    const said = diagnoseRequest(error, server.address);
    if (said === undefined) throw error;
    return { message: said.message, code: said.code, hint: said.hint ?? "", sent: server.seen.length };
  } finally {
    client.close();
  }
}

for (const [name, request] of Object.entries(REQUESTS)) {
  Deno.test(`${name}: what is no API server's answer is said to be none, at once, and nothing of it is shown`, async () => {
    for (const [what, { answer, said, isLarge }] of Object.entries(STRANGE)) {
      if (isLarge && !LARGE.has(name)) continue;
      const { message, code, hint, sent } = await asked(request, answer);
      const which = `${name}, ${what}: ${message}`;
      equal(code, "cluster-strange-answer", which);
      // A watch is read line by line, so that there it is the line that is none.
      if (name !== "watch" || /HTTP [3-5]/.test(said.source)) match(message, said, which);
      doesNotMatch(message + hint, /SECRET|<title>/, which);
      match(hint, /https?:\/\//, which);
      equal(sent, 1, which);
    }
  });

  Deno.test(`${name}: JSON that breaks off is asked for a few times where that is safe`, async () => {
    for (const [what, answer] of Object.entries(BROKEN)) {
      if (name === "watch" && what === "nothing") continue;
      const { message, code, sent } = await asked(request, answer);
      const which = `${name}, ${what}: ${message}`;
      equal(code, "cluster-strange-answer", which);
      doesNotMatch(message, /SECRET/, which);
      ok(ONCE.has(name) ? sent === 1 : sent <= 5, `${which}: ${sent} requests`);
    }
  });
}

Deno.test("of a body without an end little more is read than an answer may take", async () => {
  for (const [name, most] of [["get", 64], ["watch", 16]] as const) {
    let bytes = 0;
    await asked(REQUESTS[name], () => endless('{"a":"', "x", (length) => bytes += length));
    ok(bytes < (most + 16) * 1024 ** 2, `${name}: ${bytes} bytes`);
  }
});

Deno.test("a list whose pages have no end is given up", async () => {
  const page = (next: string): Response => Response.json({ metadata: { continue: next }, items: [] });
  const list = (client: ClusterClient): Promise<unknown> => client.list(SECRET, "shop");
  const same = await asked(list, () => page("again"));
  match(same.message, /a list without an end/);
  equal(same.sent, 2);
  let pages = 0;
  const other = await asked(list, () => page(String(++pages)));
  match(other.message, /a list without an end/);
  equal(other.sent, 1_000);
});

Deno.test("watches that are none are borne a few times, with growing pauses, and then end what is waited for", async () => {
  const stop = new AbortController();
  await using server = serve((request) =>
    new URL(request.url).searchParams.has("watch")
      ? new Response("<html>", { headers: { "content-type": "text/html" } })
      : Response.json({ metadata: { resourceVersion: "1" }, items: [{ metadata: { name: "a" } }] })
  );
  const client = plainClient(server.address);
  const error = await new Promise<unknown>((resolve, reject) => {
    const set = new LiveSet(client, { apiVersion: "v1", kind: "Pod" }, "shop", () => {
      if (set.error !== undefined) resolve(set.error);
    });
    set.start(stop.signal).catch(reject);
  });
  equal(diagnoseRequest(error, server.address)?.code, "cluster-strange-answer");
  equal(server.seen.length, 10);
  stop.abort();
  client.close();
});

Deno.test("what the API server itself says of a kind that it does not have is believed; of what all have, it is not", async () => {
  await using server = serve(() => new Response("404 page not found\n", { status: 404 }));
  const client = plainClient(server.address);
  equal(await client.resource("traefik.io/v1alpha1", "Middleware"), undefined);
  client.close();
  // Traefik, which many have on the same machine, says it of every path.
  const { code } = await asked(
    (asks) => asks.get(SECRET),
    () => new Response("404 page not found\n", { status: 404 }),
  );
  equal(code, "cluster-strange-answer");
});

Deno.test("a refusal of the API server that no object is about is said, whatever its status", async () => {
  for (const code of [400, 404, 405, 409, 422, 500]) {
    const status = { kind: "Status", reason: "Odd", message: "the request is odd", code };
    const said = await asked((asks) => asks.create(OBJECT), () => Response.json(status, { status: code }));
    deepEqual([said.code, said.sent], ["cluster-refused", 1]);
    match(said.message, /the request is odd/);
  }
});
