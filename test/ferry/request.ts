/** Sends one HTTP request and prints the answer as JSON: run inside a node's namespaces, where its servers are. */
import { request } from "node:http";

/** An answer as it is printed. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** @param host the Host header, which a browser would take from the address. */
function send(url: string, host: string, credentials: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host, ...(credentials === "" ? {} : { authorization: `Basic ${btoa(credentials)}` }) };
    const sent = request(url, { headers, timeout: 5000 }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("end", () => {
        const body = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

if (import.meta.main) {
  const [url = "", host = "", credentials = ""] = Deno.args;
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(await send(url, host, credentials))));
}
