/** The FAF stack's real files, of today and of its whole history, against compose-go. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { load } from "../../compose/mod.ts";
import { differences } from "./compare.ts";
import { hasGo, type Oracle, type OracleCase, withOracle } from "./oracle.ts";

const SHARED = join(import.meta.dirname ?? ".", "../../../shared");
const STACK = Deno.env.get("FAF_STACK") ?? join(SHARED, "faf-stack");
const HISTORY = Deno.env.get("FAF_HISTORY") ?? join(SHARED, "corpus/faf-stack-history");

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** A copy of the stack as an operator has it: with `.env` and the configuration filled in from the templates. */
async function operatorCopy(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "stack" });
  const copied = await new Deno.Command("cp", { args: ["-rT", STACK, directory] }).output();
  assert.ok(copied.success);
  await new Deno.Command("chmod", { args: ["-R", "u+w", directory] }).output();
  await Deno.copyFile(join(directory, ".env.template"), join(directory, ".env"));
  await new Deno.Command("cp", {
    args: ["-r", join(directory, "config.template"), join(directory, "config")],
  }).output();
  return directory;
}

/** Env files of old revisions are gone: an empty one stands in for each that a file names. */
async function standIns(directory: string, text: string): Promise<void> {
  for (const [, path] of text.matchAll(/(?:env_file:|-)\s*["']?(\.?\.?\/?[\w./-]+\.env)\b/g)) {
    const file = join(directory, path ?? "");
    if (!file.startsWith(directory)) continue;
    await Deno.mkdir(join(file, ".."), { recursive: true });
    await Deno.writeTextFile(file, "FROM_FILE=1\n");
  }
}

async function compareAll(
  cases: readonly OracleCase[],
  oracle: Oracle,
): Promise<{ accepted: number; different: string[] }> {
  const answers = await oracle.ask(cases);
  const different: string[] = [];
  let accepted = 0;
  for (const [index, each] of cases.entries()) {
    const answer = answers[index];
    assert.ok(answer);
    const ours = await load({ directory: each.dir, files: each.files ?? [], environment: each.env ?? {} });
    if (ours.project !== undefined) accepted++;
    different.push(...differences(ours, answer).map((line) => `${each.files?.join()}: ${line}`));
  }
  return { accepted, different };
}

const isGo = await hasGo();
say(await exists(STACK), `there is no ${STACK}`);
say(await exists(HISTORY), `there is no ${HISTORY}`);

/** Tells plainly why tests are skipped. */
function say(isThere: boolean, reason: string): void {
  // deno-lint-ignore no-console -- a skipped test has to say why
  if (!isThere) console.warn(`skipped: ${reason}`);
}

Deno.test({
  name: "load() agrees with compose-go on the stack's three files, alone and together",
  ignore: !isGo || !(await exists(STACK)),
  fn: () =>
    withOracle(async (oracle) => {
      const dir = await operatorCopy();
      const names = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"];
      const cases = [...names.map((name) => [name]), names.slice(0, 2), names].map((files) => ({
        dir,
        files,
      }));
      const { accepted, different } = await compareAll(cases, oracle);
      assert.deepEqual(different, []);
      assert.equal(accepted, cases.length);
      await Deno.remove(dir, { recursive: true });
    }),
});

Deno.test({
  name: "load() agrees with compose-go on every version that the stack's file had",
  ignore: !isGo || !(await exists(HISTORY)),
  fn: () =>
    withOracle(async (oracle) => {
      const dir = await Deno.makeTempDir({ prefix: "history" });
      const names: string[] = [];
      for await (const { name } of Deno.readDir(HISTORY)) if (name.endsWith(".yml")) names.push(name);
      names.sort();
      for (const name of names) {
        const text = await Deno.readTextFile(join(HISTORY, name));
        await Deno.writeTextFile(join(dir, name), text);
        await standIns(dir, text);
      }
      const { accepted, different } = await compareAll(names.map((name) => ({ dir, files: [name] })), oracle);
      assert.deepEqual(different, []);
      assert.ok(accepted > names.length / 2, `${accepted} of ${names.length} were accepted`);
      await Deno.remove(dir, { recursive: true });
    }),
});
