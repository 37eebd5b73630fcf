/** The tasks that may do less than everything, as they are started: with their own permissions. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import configuration from "../../deno.json" with { type: "json" };

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function task(...args: readonly string[]): Promise<Done> {
  const command = new Deno.Command(Deno.execPath(), { args: ["task", "--quiet", ...args] });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A task, and what shows that it did its work. */
const WORK: Readonly<Record<string, () => Promise<void>>> = {
  config: async () => {
    const { code, stdout, stderr } = await task("config", "--stack", "examples/harbour", "-o", "json");
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
};

const narrow = Object.entries(configuration.tasks)
  .filter(([, { command }]) => / main\.ts /.test(command) && !/ -A /.test(command))
  .map(([name]) => name);

Deno.test("every task with few permissions is tried here", () => {
  deepEqual(narrow.toSorted(), Object.keys(WORK).toSorted());
});

for (const [name, work] of Object.entries(WORK)) Deno.test(`deno task ${name} does its work`, work);
