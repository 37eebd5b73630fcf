/** `rehearse` begins nothing where it could not end it, or nobody said that it may. */
import { deepEqual, equal, match } from "node:assert/strict";
import { withFiles } from "./in_process.ts";
import { SmallServer, toldAt } from "./small_server.ts";

const COMPOSE = `name: shop
services:
  db: { image: "postgres:15", restart: always, volumes: ["./data:/var/lib/postgresql/data"] }
`;

/** What it says, and what it left of a copy. */
async function said(
  decisions: string,
  ...flags: readonly string[]
): Promise<readonly [number, string, string]> {
  let answer: readonly [number, string, string] = [-1, "", ""];
  await withFiles({ "compose.yaml": COMPOSE, "decisions.yaml": decisions }, async (directory) => {
    const api = new SmallServer();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request) => api.answer(request),
    );
    const { code, out, err } = await toldAt(
      directory,
      `http://127.0.0.1:${server.addr.port}`,
      ["rehearse", "--copies", ".", ...flags],
      { DOCKER_HOST: `unix://${directory}/nobody` },
    );
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).toSorted();
    answer = [code, out + err, names.filter((name) => name.startsWith(".")).join()];
  });
  return answer;
}

Deno.test("without an engine there is nothing to rehearse", async () => {
  const [code, text, names] = await said("engine: none\n", "--yes");
  equal(code, 1);
  match(text, /error\[run-rehearsal-no-engine\]/);
  equal(names, "");
});

Deno.test("a copy is left or cleaned, not both", async () => {
  const [code, text] = await said("", "--keep", "--clean");
  deepEqual([code, /cannot be used with option/.test(text)], [2, true]);
});
