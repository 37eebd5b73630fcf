/** What a plan is made of: every file, decision, flag and variable that counts, and no other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { BindSources } from "../../compose/bind_source.ts";
import type { CommandOptions } from "../../lib/cli/command.ts";
import { planOrigin } from "../../lib/cli/plan_origin.ts";
import type { PlannedStack } from "../../lib/cli/plan_stack.ts";
import type { Surroundings } from "../../lib/cli/surroundings.ts";
import type { Origin } from "../../lib/run/origin.ts";
import { withFiles } from "./in_process.ts";

const KEY = new Uint8Array(32).fill(1);
const FILES = {
  "stack/compose.yaml": "services: { web: { image: 'web:${TAG}' } }\n",
  "stack/.env": "PASSWORD=first\n",
  "stack/decisions.yaml": "namespace: shop\n",
  "home/lib/convert.ts": "export const version = 1;\n",
  "home/migrations/010_all.ts": "export default 1;\n",
  "home/migrations/faf/decisions.yaml": "namespace: faf\n",
};

interface Change {
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Record<string, string>;
  readonly options?: Record<string, unknown>;
  readonly mounted?: string;
}

async function originWith({ files, environment = {}, options = {}, mounted = "a" }: Change): Promise<Origin> {
  let origin: Origin | undefined;
  await withFiles({ ...FILES, ...files }, async (directory) => {
    const stack = join(directory, "stack");
    const home = join(directory, "home");
    // As they are loaded: what lies in the stack's directory is named as from there.
    const read = ["compose.yaml", ".env", join(stack, "decisions.yaml")];
    // Of a known stack: the program's own answers.
    const sources = new Map(
      [...read, join(home, "migrations/faf/decisions.yaml")].map((file) => [file, "masked"]),
    );
    const content = new TextEncoder().encode(mounted);
    const bindSources: BindSources = new Map([
      [join(stack, "app.conf"), { kind: "file", size: content.length, mode: 0o644, content }],
    ]);
    // The edge: only what it asks for.
    const planned = { sources, bindSources, directory: stack } as unknown as PlannedStack;
    const surroundings = { environment, home, directory } as unknown as Surroundings;
    origin = (await planOrigin(planned, options as CommandOptions, surroundings))(KEY);
  });
  return origin ?? assert.fail("no origin");
}

Deno.test("planOrigin() is the same for the same, wherever it lies", async () => {
  assert.deepEqual(await originWith({}), await originWith({ environment: { EDITOR: "vi" } }));
});

const INPUTS: Readonly<Record<string, Change>> = {
  "a compose file": { files: { "stack/compose.yaml": "services: { web: { image: 'web:2${TAG}' } }\n" } },
  "a value in .env": { files: { "stack/.env": "PASSWORD=second\n" } },
  "a decision": { files: { "stack/decisions.yaml": "namespace: other\n" } },
  "a variable that a file names": { environment: { TAG: "3" } },
  "a profile": { options: { profile: ["test"] } },
  "a mounted file": { mounted: "b" },
};
for (const [name, change] of Object.entries(INPUTS)) {
  Deno.test(`planOrigin() counts ${name} as the stack's`, async () => {
    const [before, after] = [await originWith({}), await originWith(change)];
    assert.notEqual(after.inputs, before.inputs);
    assert.equal(after.tool, before.tool);
  });
}

for (
  const file of ["home/lib/convert.ts", "home/migrations/010_all.ts", "home/migrations/faf/decisions.yaml"]
) {
  Deno.test(`planOrigin() counts ${file} as the program's`, async () => {
    const [before, after] = [await originWith({}), await originWith({ files: { [file]: "other\n" } })];
    assert.notEqual(after.tool, before.tool);
    assert.equal(after.inputs, before.inputs);
  });
}
