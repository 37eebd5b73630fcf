/** Reads files of variables for interpolation: `.env`, `--env-file` and an include's `env_file`. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { type LoadContext, nameOf, readOnce, unreadableSpan, variablesSource } from "./context.ts";
import { warnOfLackingValues } from "./lacking_values.ts";
import { readDotenv } from "../interpolation/dotenv.ts";
import { valueOf } from "../interpolation/template.ts";
import { problem } from "../tree/report.ts";
import { spanOf } from "../tree/source.ts";
import { define } from "../spec/field.ts";
import { type Written, writtenVariable } from "../interpolation/written.ts";

/** Variables by name, each with the place where it was written. */
export type FileVariables = ReadonlyMap<string, { readonly value: string; readonly written: Written }>;

/** The variables of several files, a later one over an earlier one; nothing where one cannot be read. */
export async function readVariableFiles(
  paths: readonly string[],
  environment: Readonly<Record<string, string>>,
  context: LoadContext,
  at?: Span,
): Promise<FileVariables | undefined> {
  const found = new Map<string, { value: string; written: Written }>();
  for (const path of paths) {
    const read = await readOnce(path, context);
    if ("reason" in read) {
      problem(
        context.report,
        "compose-env-file",
        `Cannot read the file of variables "${nameOf(path, context)}": ${read.reason}`,
        at ?? unreadableSpan(path, read, context),
        read.missing ? "create the file, or correct its path" : "name a text file in UTF-8 that can be read",
      );
      return undefined;
    }
    const lookup = (name: string): string | undefined => valueOf(environment, name);
    const parsed = readDotenv(read.text, lookup, (name) => found.get(name)?.value);
    if (parsed.problem !== undefined) {
      const { message, start, end, hint } = parsed.problem;
      const source = variablesSource(path, read.text, context);
      problem(context.report, "compose-env-syntax", message, spanOf(source, start, end), hint);
      return undefined;
    }
    const source = variablesSource(path, read.text, context);
    warnOfLackingValues(parsed.values, source, context.report);
    for (const [key, read] of parsed.values) {
      found.set(key, { value: read.value, written: writtenVariable(source, key, read) });
    }
  }
  return found;
}

/** Adds what is not set yet, and notes where it was written. */
export function mergeVariables(
  environment: Record<string, string>,
  more: FileVariables,
  context: LoadContext,
): void {
  for (const [key, { value, written }] of more) {
    if (Object.hasOwn(environment, key)) continue;
    define(environment, key, value);
    if (!context.variables.has(key)) context.variables.set(key, written);
  }
}
