/** `rehearse` begins nothing where it could not end it, or nobody said that it may. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { serveSmallEngine } from "../rehearsal/small_engine.ts";
import { type Told, withFiles } from "./in_process.ts";
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

/** What an earlier rehearsal left, and what the next one makes of it. */
interface Left {
  /** Of the copy's namespace. */
  readonly mark?: string;
  readonly decisions?: string;
  readonly flags: readonly string[];
  /** Whether the API server is there. */
  readonly isReachable?: boolean;
}

interface AfterClean extends Told {
  readonly namespaces: readonly string[];
  readonly isPaused: boolean;
  readonly folders: readonly string[];
}

const NAMESPACE = "/api/v1/namespaces/shop-rehearsal";

/** A live container is paused, as a kill while it was copied leaves it. */
async function cleaned({ mark, decisions = "", flags, isReachable = true }: Left): Promise<AfterClean> {
  let answer: AfterClean | undefined;
  await withFiles({ "compose.yaml": COMPOSE, "decisions.yaml": decisions }, async (directory) => {
    const folder = `${directory}/.shop-rehearsal`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/rehearsal-of`, "shop\n");
    await Deno.writeTextFile(`${folder}/held`, "aa\n");
    const containers = [{ name: "aa", isPaused: true }];
    await using _engine = serveSmallEngine(`${directory}/engine`, { containers });
    const api = new SmallServer();
    const annotations = { "compose-ferry/rehearsal": mark ?? folder };
    api.objects.set(NAMESPACE, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "shop-rehearsal", uid: "1", annotations },
    });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request) => api.answer(request),
    );
    const { port } = server.addr;
    if (!isReachable) await server.shutdown();
    const told = await toldAt(
      directory,
      `http://127.0.0.1:${port}`,
      ["rehearse", "--copies", ".", ...flags],
      { DOCKER_HOST: `unix://${directory}/engine` },
    );
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
    answer = {
      ...told,
      namespaces: [...api.objects.keys()],
      isPaused: containers.some(({ isPaused }) => isPaused),
      folders: names.filter((name) => name.startsWith(".")),
    };
  });
  if (answer === undefined) throw new Error("nothing was told");
  return answer;
}

Deno.test("--clean removes nothing on a real cluster before somebody says so", async () => {
  const unasked = await cleaned({ flags: ["--clean"] });
  deepEqual([unasked.code, unasked.namespaces, unasked.folders], [2, [NAMESPACE], [".shop-rehearsal"]]);
  match(unasked.err, /error\[cli-needs-yes\]/);
  const agreed = await cleaned({ flags: ["--clean", "--yes"] });
  deepEqual([agreed.code, agreed.namespaces, agreed.folders], [0, [], []], agreed.err);
  match(agreed.out, /^Removed: Namespace shop-rehearsal, folder /);
});

const PAUSED: Readonly<Record<string, Left>> = {
  "nobody answers the question": { flags: ["--clean"] },
  "the API server is not there": { flags: ["--clean", "--yes"], isReachable: false },
  "the namespace is another rehearsal's": { flags: ["--clean", "--yes"], mark: "/mnt/big/.shop-rehearsal" },
  "the plan has errors": { flags: ["--yes"], decisions: "namespace: 7\n" },
};

for (const [trouble, left] of Object.entries(PAUSED)) {
  Deno.test(`who is paused goes on first, although ${trouble}`, async () => {
    const { code, err, isPaused } = await cleaned(left);
    equal(isPaused, false, err);
    match(err, /^Container aa, which an earlier rehearsal had paused, goes on$/m);
    notEqual(code, 0);
  });
}

Deno.test("a plan with errors does not keep --clean from its work", async () => {
  const { code, err, namespaces } = await cleaned({
    flags: ["--clean", "--yes"],
    decisions: "unheard: of\n",
  });
  deepEqual([code, namespaces], [0, []], err);
});

Deno.test("what a rehearsal with another folder left is not denied: the folder is named", async () => {
  const { code, err } = await cleaned({ flags: ["--clean", "--yes"], mark: "/mnt/big/.shop-rehearsal" });
  equal(code, 2);
  match(err, /belongs to a rehearsal whose copy is in "\/mnt\/big\/\.shop-rehearsal"/);
  match(err, /rehearse --clean --copies \/mnt\/big/);
});
