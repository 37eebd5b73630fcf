/**
 * Visits every route twice a second or more often, as people do who are on line: run on another machine of the node's network, until it
 * is closed. Each visit is a line of JSON in a file.
 */
import { connect } from "node:net";
import { request } from "node:http";

/** One visit. Times are milliseconds of the epoch. */
export interface Visit {
  /** The service whose route it is. */
  readonly to: string;
  readonly begun: number;
  readonly ended: number;
  /** What went wrong; undefined where the answer was right. */
  readonly wrong?: string;
  /** What the application said that it has. */
  readonly wrote?: string;
}

/** How a service is asked, and what it has to answer. */
type Ask = (address: string, number: number) => Promise<Pick<Visit, "wrong" | "wrote">>;

const EVERY_MS = 500;
/** Services that keep nothing, of which nobody may miss one. */
const OFTEN = ["admin", "echo"];
/** Longer than the application waits for its databases. */
const PATIENCE_MS = 20_000;

const ROUTES: Readonly<Record<string, Ask>> = {
  site: (address) => page(address, "site.test", "/pages/", "A page that the harbour master wrote\n"),
  admin: (address) => page(address, "admin.test", "/", "welcome\n", "captain:spyglass"),
  app: async (address, number) => {
    const wrote = `app ${number}`;
    const seen = await page(address, "app.test", `/cgi-bin/write?${number}`, `${wrote} full\n`);
    return seen.wrong === undefined ? { wrote } : seen;
  },
  echo: (address, number) => echoed(address, `ahoy ${number}\n`),
};

function page(
  address: string,
  host: string,
  path: string,
  wanted: string,
  credentials?: string,
): ReturnType<Ask> {
  return new Promise((resolve) => {
    const headers = {
      host,
      connection: "close",
      ...(credentials === undefined ? {} : { authorization: `Basic ${btoa(credentials)}` }),
    };
    const sent = request(
      { host: address, path, headers, agent: false, timeout: PATIENCE_MS },
      (response) => {
        const chunks: Uint8Array[] = [];
        response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        response.on("error", ({ message }) => resolve({ wrong: message }));
        response.on("end", () => {
          const body = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
          const isRight = response.statusCode === 200 && body === wanted;
          resolve(isRight ? {} : { wrong: `${response.statusCode}: ${body.trim()}` });
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", ({ message }) => resolve({ wrong: message }));
    sent.end();
  });
}

function echoed(address: string, text: string): ReturnType<Ask> {
  return new Promise((resolve) => {
    let body = "";
    const socket = connect({ host: address, port: 700, timeout: PATIENCE_MS }, () => socket.write(text));
    const end = (seen: Pick<Visit, "wrong">): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.on("data", (chunk: Uint8Array) => {
      body += new TextDecoder().decode(chunk);
      if (body === text) end({});
    });
    socket.on("timeout", () => end({ wrong: "no answer in time" }));
    socket.on("error", ({ message }) => end({ wrong: message }));
    socket.on("close", () => end({ wrong: `closed after "${body.trim()}"` }));
  });
}

/**
 * Visits for ever; nobody waits for whom another one waits.
 *
 * @param oftenMs between two visits of a service that keeps nothing
 */
function visit(address: string, file: string, oftenMs: number): void {
  let number = Date.now();
  const log = Deno.openSync(file, { append: true, create: true });
  const encoder = new TextEncoder();
  for (const [to, ask] of Object.entries(ROUTES)) {
    setInterval(async () => {
      const begun = Date.now();
      const seen = await ask(address, ++number);
      const line: Visit = { to, begun, ended: Date.now(), ...seen };
      log.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
    }, OFTEN.includes(to) ? oftenMs : EVERY_MS);
  }
}

if (import.meta.main) {
  const [address = "", file = "", oftenMs = ""] = Deno.args;
  visit(address, file, Number(oftenMs));
}
