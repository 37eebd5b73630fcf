/** The faults of the matrix: what an API server, a network or a proxy can do to one request. */
import type { ServerResponse } from "node:http";
import type { Exchange, Harm } from "./proxy.ts";

/** A refusal with a `Status`, as the API server writes it, without having done anything. */
function refuse(code: number, reason: string, message: string, headers: Record<string, string> = {}): Harm {
  return ({ response }) => {
    const body = JSON.stringify({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      reason,
      message,
      code,
    });
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(body);
    return Promise.resolve();
  };
}

export function reset({ response }: Exchange): void {
  response.socket?.destroy();
}

/** A fault and how it is dealt out. */
export interface Fault {
  readonly harm: Harm;
  /** The run may end with it, resumable; the others it must outlive. */
  readonly ends: boolean;
  /** Once in each run, at every request in turn; else many times in one run. */
  readonly once: boolean;
  /** The server gives this answer to writes alone. */
  readonly writesOnly?: boolean;
}

/** What a lost race looks like. */
export const CONFLICT: Harm = refuse(409, "Conflict", "the object has been modified");

/** Every fault that can meet any request. */
export const HARMS: Readonly<Record<string, Fault>> = {
  "401 expired token": { harm: refuse(401, "Unauthorized", "Unauthorized"), ends: false, once: true },
  "403 forbidden": { harm: refuse(403, "Forbidden", "forbidden: by a fault"), ends: true, once: true },
  "409 conflict": {
    harm: CONFLICT,
    ends: false,
    once: false,
    writesOnly: true,
  },
  "422 invalid": {
    harm: refuse(422, "Invalid", "spec: Invalid value: by a fault"),
    ends: true,
    once: true,
    writesOnly: true,
  },
  "429 without Retry-After": {
    harm: refuse(429, "TooManyRequests", "too many requests"),
    ends: false,
    once: false,
  },
  "429 with Retry-After": {
    harm: refuse(429, "TooManyRequests", "too many requests", { "retry-after": "1" }),
    ends: false,
    once: false,
  },
  "500 etcd timeout": {
    harm: refuse(500, "InternalError", "etcdserver: request timed out"),
    ends: false,
    once: false,
  },
  "503 unavailable": {
    harm: refuse(503, "ServiceUnavailable", "apiserver is shutting down"),
    ends: false,
    once: false,
  },
  "504 after commit": {
    harm: async (exchange) => {
      await exchange.commit();
      await refuse(504, "Timeout", "request did not complete within the allotted timeout")(exchange);
    },
    ends: false,
    once: false,
  },
  "reset before commit": {
    harm: (exchange) => {
      reset(exchange);
      return Promise.resolve();
    },
    ends: false,
    once: false,
  },
  "reset after commit": {
    harm: async (exchange) => {
      await exchange.commit();
      reset(exchange);
    },
    ends: false,
    once: false,
  },
  "answer cut off": {
    harm: async (exchange) => {
      const { status, type, body } = await exchange.commit();
      exchange.response.writeHead(status, { "content-type": type, "content-length": String(body.length) });
      exchange.response.write(body.slice(0, Math.floor(body.length / 2)), () => reset(exchange));
    },
    ends: false,
    once: false,
  },
  "delivered twice": {
    harm: async (exchange) => {
      await exchange.commit();
      await exchange.pass(await exchange.commit());
    },
    ends: false,
    once: false,
  },
};

/**
 * A request that is never answered, committed or not: for as long as the client waits for it. Slow, so only some
 * requests meet it.
 */
export const STALLS: Readonly<Record<string, Harm>> = {
  "stalled before commit": async ({ response }) => await closed(response),
  "stalled after commit": async ({ commit, response }) => {
    await commit();
    await closed(response);
  },
};

/** Until the client has given up. */
export function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.on("close", () => resolve()));
}
