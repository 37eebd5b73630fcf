/** Asks a front twice a second, and keeps what failed in a file as JSON: run inside a node's namespaces, until they close. */
import { request } from "node:http";

/** What came of it so far. */
export interface Asked {
  readonly asked: number;
  readonly failed: readonly string[];
}

const EVERY_MS = 500;
/** A busy machine may take its time over an answer: that is not what is asked here. */
const PATIENCE_MS = 30_000;

function ask(url: string, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { headers: { host }, agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode}`));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", (error) => resolve(error.message));
    sent.end();
  });
}

/** Never ends. */
async function work(file: string, url: string, host: string): Promise<void> {
  const failed: string[] = [];
  for (let asked = 1;; asked++) {
    const why = await ask(url, host);
    if (why !== undefined) failed.push(`${new Date().toISOString()} ${why}`);
    const seen: Asked = { asked, failed };
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(seen));
    await Deno.rename(`${file}.new`, file);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

if (import.meta.main) {
  const [file = "", url = "", host = ""] = Deno.args;
  await work(file, url, host);
}
