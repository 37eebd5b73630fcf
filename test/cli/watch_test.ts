/** `watch`: what has changed is shown, and nothing else, until it is ended. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Terminal } from "../../lib/cli/terminal.ts";
import { told, withFiles } from "./in_process.ts";
import { SmallServer } from "./small_server.ts";
import { type Look, watch } from "../../lib/cli/watch.ts";

/** Shows these one after the other, then ends it, as Ctrl-C does. */
async function watched(looks: readonly Look[], terminal: Partial<Terminal>): Promise<void> {
  const controller = new AbortController();
  let index = 0;
  const look = (): Promise<Look> => {
    const next = looks[index++];
    if (next !== undefined) return Promise.resolve(next);
    controller.abort();
    return Promise.reject(new Error("cut off"));
  };
  // The edge: of a terminal only this is used.
  await watch(look, terminal as Terminal, controller.signal, 0);
}

const LOOKS: readonly Look[] = [
  { text: "one\n", key: "1" },
  { text: "one, a heartbeat later\n", key: "1" },
  { text: "two\n", key: "2" },
  { text: "two\n", key: "2" },
];

Deno.test("elsewhere than on a terminal each change is printed once", async () => {
  const out: string[] = [];
  await watched(LOOKS, { outIsTerminal: false, canRedraw: true, out: (text) => void out.push(text) });
  deepEqual(out, ["one\n", "two\n"]);
});

Deno.test("on a terminal each text is drawn over the rows that the one before took", async () => {
  const drawn: [number, string][] = [];
  const wide = { text: `\x1b[31m${"x".repeat(25)}\x1b[39m\nshort\n`, key: "wide" };
  await watched([wide, ...LOOKS], {
    outIsTerminal: true,
    canRedraw: true,
    columns: 10,
    redraw: (rows, text) => void drawn.push([rows, text]),
  });
  deepEqual(drawn, [[0, wide.text], [4, "one\n"], [1, "one, a heartbeat later\n"], [3, "two\n"]]);
});

Deno.test("a look that fails ends the watch with its reason", async () => {
  const { signal } = new AbortController();
  let looks = 0;
  const look = (): Promise<Look> => {
    looks++;
    return Promise.reject(new Error("gone"));
  };
  await rejects(watch(look, { outIsTerminal: false } as Terminal, signal, 0), /gone/);
  equal(looks, 1);
});

Deno.test("status --watch asks again until Ctrl-C, prints the table once where nothing changes, and ends with 0", async () => {
  const controller = new AbortController();
  const small = new SmallServer();
  let looks = 0;
  const server = Deno.serve({ port: 0, onListen: () => undefined }, async (request) => {
    if (request.url.includes("/configmaps/") && ++looks > 4) controller.abort();
    return await small.answer(request);
  });
  const files = {
    "compose.yaml": "services: { web: { image: acme/web:1 } }\n",
    "decisions.yaml": "engine: none\n",
    "kubeconfig": JSON.stringify({
      "current-context": "main",
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
      users: [{ name: "u", user: { token: "T" } }],
      contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
    }),
  };
  await withFiles(files, async (directory) => {
    const args = ["status", "--watch", "--stack", ".", "--kubeconfig", "kubeconfig"];
    const { code, out, err } = await told(directory, args, { signal: controller.signal });
    equal(code, 0, err);
    equal(out.split("Next: deno task migrate").length, 2, out);
  });
  await server.shutdown();
});
