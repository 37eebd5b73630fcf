/** Finds and loads the numbered scripts of a folder. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Migration } from "../migration/authoring.ts";
import { compareIds } from "../migration/order.ts";
import type { Script } from "../migration/plan.ts";
import { refuse } from "../files/regular_file.ts";

const SCRIPT_NAME = /^(\d{3,})_[a-z0-9_]+\.ts$/;

/**
 * Loads every `NNN_name.ts` of `directory`, in the order of the numbers; those of `own` take the place of others with
 * the same number. Files that end in `.ts` but are not named so, numbers used twice and files without a migration as
 * their default export are problems.
 */
export async function loadScripts(
  directory: string,
  own?: string,
): Promise<{ scripts: readonly Script[]; diagnostics: readonly Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const general = await loadFolder(directory, diagnostics);
  if (own === undefined) return { scripts: general, diagnostics };
  const replacing = await loadFolder(own, diagnostics);
  const numbers = new Set(replacing.map(({ id }) => parseInt(id)));
  const scripts = [...general.filter(({ id }) => !numbers.has(parseInt(id))), ...replacing];
  return { scripts: scripts.sort((left, right) => compareIds(left.id, right.id)), diagnostics };
}

async function loadFolder(directory: string, diagnostics: Diagnostic[]): Promise<readonly Script[]> {
  const scripts: Script[] = [];
  const numbers = new Map<string, string>();
  for (const name of await scriptNames(directory, diagnostics)) {
    const file = join(directory, name);
    const number = SCRIPT_NAME.exec(name)?.[1];
    if (number === undefined) {
      diagnostics.push({
        code: "plan-script-name",
        severity: "error",
        message: `Migration file "${name}" is not named NNN_name.ts`,
        span: { file, line: 1, column: 1 },
        hint: "Number it in tens and use lower case with underscores, such as 110_backups.ts",
      });
      continue;
    }
    const first = numbers.get(number);
    if (first !== undefined) {
      diagnostics.push({
        code: "plan-script-number",
        severity: "error",
        message: `Migrations "${first}" and "${name}" have the same number`,
        span: { file, line: 1, column: 1 },
        hint: "Give one of them a number of its own; numbers decide the order",
      });
      continue;
    }
    numbers.set(number, name);
    const script = await loadScript(file, name, diagnostics);
    if (script !== undefined) scripts.push(script);
  }
  return scripts;
}

async function scriptNames(directory: string, diagnostics: Diagnostic[]): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) {
      if (entry.isFile && entry.name.endsWith(".ts")) names.push(entry.name);
    }
  } catch (error) {
    diagnostics.push({
      code: "plan-scripts-unreadable",
      severity: "error",
      message: `Cannot read the folder of migrations "${directory}": ${(error as Error).message}`,
      hint: "Name an existing folder with --migrations",
    });
  }
  return names.sort((left, right) => parseInt(left) - parseInt(right) || (left < right ? -1 : 1));
}

/** Of a script, which has 30 lines. */
const MOST_BYTES = 1024 * 1024;

async function loadScript(
  file: string,
  name: string,
  diagnostics: Diagnostic[],
): Promise<Script | undefined> {
  try {
    refuse(await Deno.stat(file), MOST_BYTES);
    const module: unknown = await import(pathToFileURL(resolve(file)).href);
    const migration = (module as { default?: unknown }).default;
    if (isMigration(migration)) return { id: name.replace(/\.ts$/, ""), migration };
    diagnostics.push({
      code: "plan-script-shape",
      severity: "error",
      message: `Migration file "${name}" has no migration as its default export`,
      span: { file, line: 1, column: 1 },
      hint: "Write: export default migration({ title, why, plan })",
    });
  } catch (error) {
    diagnostics.push({
      code: "plan-script-broken",
      severity: "error",
      message: `Migration file "${name}" cannot be loaded: ${(error as Error).message}`,
      span: { file, line: 1, column: 1 },
      hint: "Run: deno check on the file",
    });
  }
  return undefined;
}

function isMigration(value: unknown): value is Migration {
  const candidate = value as Partial<Migration> | null | undefined;
  return typeof candidate?.title === "string" && typeof candidate.why === "string" &&
    typeof candidate.plan === "function";
}
