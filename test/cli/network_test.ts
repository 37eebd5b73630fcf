/** With everything cached, nothing is sought on the network: not by npx, not by Deno, not by the program. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sought } from "./unreachable.ts";

const PROBE = fileURLToPath(new URL("unreachable.ts", import.meta.url));

/** Namespaces are Linux's, and some machines keep them from users. */
const isPossible = Deno.build.os === "linux" &&
  await succeeds("unshare", "-rnm", "ip", "link", "set", "lo", "up");

async function succeeds(program: string, ...args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: [...args], stdin: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** Packages and translated files as they are cached, and nothing else: so Deno's look for a newer one is due. */
async function ownDenoDirectory(): Promise<string> {
  const { HOME = "", XDG_CACHE_HOME = `${HOME}/.cache`, DENO_DIR = `${XDG_CACHE_HOME}/deno` } = Deno.env
    .toObject();
  const directory = await Deno.makeTempDir({ prefix: "deno-" });
  for (const name of ["npm", "gen"]) await Deno.symlink(join(DENO_DIR, name), join(directory, name));
  return directory;
}

async function unreachable(commands: readonly (readonly string[])[]): Promise<readonly Sought[]> {
  const directory = await ownDenoDirectory();
  const resolver = await Deno.makeTempFile();
  await Deno.writeTextFile(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  const setup = `ip link set lo up && mount --bind ${resolver} /etc/resolv.conf && exec "$@"`;
  const probe = [Deno.execPath(), "run", "-A", "--no-check", PROBE, JSON.stringify(commands)];
  const { stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-rnm", "sh", "-c", setup, "sh", ...probe],
    env: { DENO_DIR: directory, DENO_NO_UPDATE_CHECK: "1", DOCKER_HOST: "unix:///nobody/listens" },
  }).output();
  await Deno.remove(directory, { recursive: true });
  await Deno.remove(resolver);
  const text = new TextDecoder();
  ok(stdout.length > 0, text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

Deno.test({
  name: "tasks look for nothing on the network once everything is cached",
  ignore: !isPossible,
  fn: async () => {
    const deno = (...args: readonly string[]): readonly string[] => [Deno.execPath(), ...args];
    const commands = [
      deno("task", "--quiet", "status", "--help"),
      deno("task", "--quiet", "config", "--stack", "examples/harbour"),
      deno("task", "--quiet", "check", "--stack", "examples/harbour"),
    ];
    // What shows that a look would be seen.
    const control = deno("eval", "await fetch('http://somewhere.example/').catch(() => undefined)");
    const [seen, ...quiet] = await unreachable([control, ...commands]);
    ok(seen?.names.includes("somewhere.example"));
    equal(quiet.length, commands.length);
    for (const { code, stderr, names } of quiet) {
      equal(code, 0, stderr);
      deepEqual(names, []);
    }
  },
});

Deno.test({
  name: "npx does not ask the registry for a Deno that it has",
  ignore: !isPossible || !await succeeds("npx", "--no", `deno@${Deno.version.deno}`, "--version"),
  fn: async () => {
    const [done] = await unreachable([["npx", "-y", `deno@${Deno.version.deno}`, "--version"]]);
    deepEqual([done?.code, done?.names], [0, []]);
  },
});
