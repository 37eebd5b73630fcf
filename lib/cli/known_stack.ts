/** Stacks that this program has answers and scripts of their own for: a folder each below the migrations. */
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { InputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

/** A stack that was recognised. */
export interface KnownStack {
  /** The folder's name. */
  readonly name: string;
  readonly directory: string;
  /** The services by which it was recognised. */
  readonly services: readonly string[];
}

/** The file that says by what a stack is recognised. */
const FILE = "stack.yaml";

const schema = z.strictObject({ services: z.array(z.string().min(1)).min(1) });

/** The folder of scripts, and the stacks that have one of their own below it. */
export interface MigrationFolders {
  readonly directory: string;
  readonly stacks: readonly KnownStack[];
  /** Where `--migrations` names the folder of a known stack: it is meant, whatever its services are. */
  readonly named?: KnownStack;
}

/**
 * `--migrations`, else `migrations/` of this program; the folder of a known stack stands for the one above with it.
 *
 * @throws Failure (3) where a `stack.yaml` cannot be understood
 */
export async function migrationFolders(
  options: InputOptions,
  surroundings: Pick<Surroundings, "home" | "directory">,
): Promise<MigrationFolders> {
  const directory = options.migrations === undefined
    ? join(surroundings.home, "migrations")
    : resolve(surroundings.directory, options.migrations);
  const named = await readStack(directory);
  if (named !== undefined) return { directory: dirname(directory), stacks: [], named };
  const stacks: KnownStack[] = [];
  for (const folder of await folders(directory)) {
    const stack = await readStack(folder);
    if (stack !== undefined) stacks.push(stack);
  }
  return { directory, stacks: stacks.sort((left, right) => left.name < right.name ? -1 : 1) };
}

/** The one that is named, else the one whose services a project has, all of them. */
export function recogniseStack(
  services: Readonly<Record<string, unknown>>,
  { stacks, named }: MigrationFolders,
): KnownStack | undefined {
  return named ?? stacks.find((stack) => stack.services.every((name) => Object.hasOwn(services, name)));
}

async function readStack(directory: string): Promise<KnownStack | undefined> {
  const file = join(directory, FILE);
  const text = await readText(file);
  if (text === undefined) return undefined;
  const read = schema.safeParse(parse(text));
  if (!read.success) throw new Failure(ExitCode.input, [unreadable(file)]);
  return { name: basename(directory), directory, services: read.data.services };
}

async function folders(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (isDirectory) found.push(join(directory, name));
    }
  } catch {
    // What cannot be read is said where the scripts are loaded.
  }
  return found;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function unreadable(file: string): Diagnostic {
  return {
    code: "cli-known-stack",
    severity: "error",
    message: `"${file}" does not say by which services the stack is recognised`,
    span: { file, line: 1, column: 1 },
    hint: "Write for example: services: [shop-db, shop-api]",
  };
}
