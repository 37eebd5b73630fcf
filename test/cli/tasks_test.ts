/** The tasks that may do less than everything, as they are started: with their own permissions. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import configuration from "../../deno.json" with { type: "json" };

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function task(...args: readonly string[]): Promise<Done> {
  return await taskWith({}, ...args);
}

async function taskWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Done> {
  const command = new Deno.Command(Deno.execPath(), { args: ["task", "--quiet", ...args], env });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const HARBOUR = "examples/harbour";

/** A task, and what shows that it did its work. */
const WORK: Readonly<Record<string, () => Promise<void>>> = {
  config: async () => {
    const { code, stdout, stderr } = await task("config", "--stack", HARBOUR, "-o", "json");
    equal(code, 0, stderr);
    match(stdout, /"name": ?"harbour"/);
  },
  init: async () => {
    const stack = await Deno.makeTempDir();
    await Deno.writeTextFile(join(stack, "docker-compose.yml"), "services: { a: { image: nginx:1.25 } }\n");
    await Deno.writeTextFile(join(stack, ".env.template"), "SIZE=1\n");
    const { code, stderr } = await task("init", "--stack", stack, "--yes");
    equal(code, 0, stderr);
    equal(await Deno.readTextFile(join(stack, ".env")), "SIZE=1\n");
    await Deno.remove(stack, { recursive: true });
  },
  k3s: async () => {
    const { code, stdout, stderr } = await withEngine((env) => taskWith(env, "k3s", "--stack", HARBOUR));
    equal(code, 0, stderr);
    match(stdout, /storage-id/);
  },
  rbac: async () => {
    const { code, stdout, stderr } = await withEngine((env) => taskWith(env, "rbac", "--stack", HARBOUR));
    equal(code, 0, stderr);
    match(stdout, /kind: ClusterRole/);
  },
};

/** A Docker Engine that has nothing, on a socket of its own; fails where it is not asked. */
async function withEngine(work: (env: Readonly<Record<string, string>>) => Promise<Done>): Promise<Done> {
  const directory = await Deno.makeTempDir();
  const path = join(directory, "engine.sock");
  let asked = 0;
  const server = Deno.serve({ path, onListen: () => undefined }, ({ url }) => {
    asked++;
    const headers = { "api-version": "1.41", "content-type": "application/json" };
    return url.endsWith("/_ping") ? new Response("OK", { headers }) : new Response("[]", { headers });
  });
  try {
    return await work({ DOCKER_HOST: `unix://${path}` });
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
    ok(asked > 1, "the engine was not asked");
  }
}

const narrow = Object.entries(configuration.tasks)
  .filter(([, { command }]) => / main\.ts /.test(command) && !/ -A /.test(command))
  .map(([name]) => name);

Deno.test("no task of the program lets Deno ask for a newer one of itself", () => {
  const commands = Object.values(configuration.tasks).map(({ command }) => command);
  for (const command of commands.filter((one) => / main\.ts /.test(one))) {
    match(command, /^DENO_NO_UPDATE_CHECK=1 deno run --no-prompt /);
  }
});

Deno.test("every task with few permissions is tried here", () => {
  deepEqual(narrow.toSorted(), Object.keys(WORK).toSorted());
});

for (const [name, work] of Object.entries(WORK)) Deno.test(`deno task ${name} does its work`, work);
