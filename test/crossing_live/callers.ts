/**
 * Call services by the machine's ports about once a second each, as people do who are on line: run on another machine of the
 * node's network, until it is closed. Each call is a line of JSON in a file.
 */
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { Visit } from "./visitors.ts";

/** A way to a service, which answers with its own name. */
export interface Called {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

/** From an answer to the next call. */
const PAUSE_MS = 1_000;
const PATIENCE_MS = 10_000;

/** @returns what was wrong with the answer */
function ask({ service, host, port, isSecure }: Called, address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = {
      ...{ host: address, port, path: "/", agent: false as const, timeout: PATIENCE_MS },
      headers: { host, connection: "close" },
      // Nobody is asked whether the certificate is to be trusted: a name that has none is refused by the server.
      ...(isSecure ? { servername: host, rejectUnauthorized: false } : {}),
    };
    const sent = (isSecure ? requestSecure : requestPlain)(options, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("error", ({ message }) => resolve(message));
      response.on("end", () => {
        const body = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("").trim();
        const isRight = response.statusCode === 200 && body === service;
        resolve(isRight ? undefined : `${response.statusCode}: ${body.slice(0, 80)}`);
      });
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", ({ message }) => resolve(message));
    sent.end();
  });
}

/** Calls for ever. A machine that has much to do is called less often, and not by ever more at a time. */
async function call(one: Called, address: string, log: Deno.FsFile): Promise<never> {
  const encoder = new TextEncoder();
  for (;;) {
    const begun = Date.now();
    const wrong = await ask(one, address);
    const line: Visit = {
      to: one.service,
      begun,
      ended: Date.now(),
      ...(wrong === undefined ? {} : { wrong }),
    };
    log.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

if (import.meta.main) {
  const [address = "", file = "", called = "[]"] = Deno.args;
  const log = Deno.openSync(file, { append: true, create: true });
  await Promise.all((JSON.parse(called) as readonly Called[]).map((one) => call(one, address, log)));
}
