import assert from "node:assert/strict";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { ferry, runFerry } from "../crossing/ferry.ts";
import { removeVolumes } from "../crossing/seen.ts";
import { exampleStack, fafStack, hasFaf, type StackCopy } from "../crossing/stacks.ts";

interface Preview {
  readonly migrations: readonly {
    readonly id: string;
    readonly changes: readonly { readonly object: string; readonly outcome: string }[];
    readonly diagnostics: readonly unknown[];
  }[];
}

/** `id object outcome`, sorted: what a dry-run promises. */
async function promised(
  stack: StackCopy,
  cluster: TestCluster,
  to: readonly string[],
): Promise<readonly string[]> {
  const { code, out, err } = await runFerry(["migrate", "--dry-run", "-o", "json", ...stack.flags, ...to], {
    cluster,
  });
  assert.equal(code, 0, err + out.slice(0, 2_000));
  const { migrations } = JSON.parse(out) as Preview;
  assert.deepEqual(migrations.flatMap(({ diagnostics }) => diagnostics), []);
  return migrations.flatMap(({ id, changes }) =>
    changes.map(({ object, outcome }) => `${id} ${object} ${outcome}`)
  )
    .sort();
}

/** The same of what a run did. */
async function done(
  stack: StackCopy,
  cluster: TestCluster,
  to: readonly string[],
): Promise<readonly string[]> {
  const { code, out, err } = await runFerry(["migrate", "--yes", "-o", "json", ...stack.flags, ...to], {
    cluster,
  });
  assert.equal(code, 0, err);
  return objectEvents(out).sort();
}

function objectEvents(lines: string): string[] {
  return lines.split("\n").filter((line) => line.includes('"type":"object"'))
    .map((line) => JSON.parse(line) as { id: string; object: string; outcome: string })
    .map(({ id, object, outcome }) => `${id} ${object} ${outcome}`);
}

/** Kills a run as soon as it has told of so many objects. */
async function killAfter(stack: StackCopy, cluster: TestCluster, objects: number): Promise<void> {
  const child = ferry(["migrate", "--yes", "-o", "json", ...stack.flags], { cluster });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let seen = ""; objectEvents(seen.slice(0, seen.lastIndexOf("\n") + 1)).length < objects;) {
    const { value, done } = await reader.read();
    assert.ok(!done, "the run ended before it could be killed");
    seen += value;
  }
  child.kill("SIGKILL");
  await Promise.all([child.status, child.stderr.cancel(), reader.cancel()]);
}

async function compare(stack: StackCopy, cluster: TestCluster): Promise<void> {
  for (const to of ["020", "030", "050", "070", "090"]) {
    const flags = ["--to", to];
    assert.deepEqual(await promised(stack, cluster, flags), await done(stack, cluster, flags), `up to ${to}`);
  }
  const rest = await promised(stack, cluster, []);
  assert.deepEqual(rest, await done(stack, cluster, []), "the rest");
  assert.deepEqual(await promised(stack, cluster, []), [], "afterwards");
}

Deno.test("dry-run says what the run does: the example, from nothing and from five parts of the way", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    await compare(stack, cluster);
    await removeVolumes(cluster);
  });
});

Deno.test("dry-run says what the run does: the example, after runs that were killed", async () => {
  await withCluster(async (cluster) => {
    await using stack = await exampleStack(cluster.prefix);
    for (const objects of [3, 9]) await killAfter(stack, cluster, objects);
    assert.deepEqual(await promised(stack, cluster, []), await done(stack, cluster, []));
    await removeVolumes(cluster);
  });
});

Deno.test({
  name: hasFaf
    ? "dry-run says what the run does: FAF's stack, from nothing and from five parts of the way"
    : "dry-run says what the run does: FAF's stack (skipped: no faf-stack at FAF_STACK or ../shared/faf-stack)",
  ignore: !hasFaf,
  fn: () =>
    withCluster(async (cluster) => {
      await using stack = await fafStack(cluster.prefix);
      assert.ok(stack);
      await compare(stack, cluster);
      await removeVolumes(cluster);
    }),
});
