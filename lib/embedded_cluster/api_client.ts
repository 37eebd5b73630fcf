/** A small client for the embedded cluster's own upkeep and for tests: JSON over the API server's paths. */
import { createTransport } from "../../lib/cluster/connection.ts";
import { readAuthority, readToken } from "./credentials.ts";
import type { ClusterLayout } from "./layout.ts";

/** An answer of the API server; `body` is parsed JSON, or text where it is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Requests with the administrator's token; TLS is verified against the cluster's own authority. */
export interface ApiClient extends Disposable {
  request(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** Server-side apply of one object at its path, with strict field validation. @throws when it is rejected. */
  apply(path: string, object: unknown): Promise<void>;
}

const FIELD_MANAGER = "embedded-cluster";

/** Opens a client for the server that the layout's cluster runs. */
export async function apiClient(layout: ClusterLayout, server: string): Promise<ApiClient> {
  const { transport: client } = createTransport(server, { caCert: await readAuthority(layout) });
  const token = await readToken(layout, "admin");
  const send = async (method: string, path: string, type: string, body: unknown): Promise<ApiAnswer> => {
    const response = await fetch(`${server}${path}`, {
      method,
      client,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  };
  return {
    request: (method, path, body) => send(method, path, "application/json", body),
    apply: async (path, object) => {
      const query = `fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;
      const answer = await send("PATCH", `${path}?${query}`, "application/apply-patch+yaml", object);
      if (answer.status >= 300) throw new Error(`Cannot apply ${path}: ${JSON.stringify(answer.body)}`);
    },
    [Symbol.dispose]: () => client.close(),
  };
}
