/** Runs compose-go as the oracle: builds it once into a cache outside the checkout, then asks it case by case. */
import { join } from "node:path";

import type { LoadOptions } from "../../compose/mod.ts";

/** A case, with its files on disk. */
export interface OracleCase {
  readonly dir: string;
  readonly files?: readonly string[];
  readonly envFiles?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
  readonly projectName?: string;
  /** Leaves the model out of the answer. */
  readonly quiet?: boolean;
}

/** A model or an error, and the microseconds that loading took. */
export interface OracleAnswer {
  readonly project?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly micros: number;
}

export interface Oracle {
  /** Answers in the order of the cases. */
  ask(cases: readonly OracleCase[]): Promise<OracleAnswer[]>;
}

const HERE = import.meta.dirname ?? ".";
const INPUTS = ["go.mod", "go.sum", "main.go"];

/** The oracle's case for a load of ours. */
export function oracleCase(options: LoadOptions): OracleCase {
  const { directory, files, envFiles, environment, profiles, projectName } = options;
  return {
    dir: directory,
    env: environment,
    ...(files && { files }),
    ...(envFiles && { envFiles }),
    ...(profiles && { profiles }),
    ...(projectName !== undefined && { projectName }),
  };
}

/** The built oracle's path; nothing where Go is absent. */
export async function buildOracle(): Promise<string | undefined> {
  if (!(await hasGo())) return undefined;
  const cache = join(
    Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "/tmp", ".cache"),
    "compose-ferry",
  );
  const path = join(cache, `oracle-${await digest()}`, "oracle");
  try {
    await Deno.stat(path);
    return path;
  } catch {
    // Not built yet.
  }
  await Deno.mkdir(join(path, ".."), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID()}`;
  const build = await new Deno.Command("go", { args: ["build", "-o", temporary, "."], cwd: HERE }).output();
  if (!build.success) throw new Error(`Cannot build the oracle: ${new TextDecoder().decode(build.stderr)}`);
  await Deno.rename(temporary, path);
  return path;
}

/** An oracle that is ready to be asked; nothing where Go is absent. */
export async function startOracle(): Promise<Oracle | undefined> {
  const path = await buildOracle();
  return path === undefined ? undefined : { ask: (cases) => ask(path, cases) };
}

async function ask(path: string, cases: readonly OracleCase[]): Promise<OracleAnswer[]> {
  if (cases.length === 0) return [];
  const child = new Deno.Command(path, { stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const input = cases.map((each) => JSON.stringify(each)).join("\n") + "\n";
  const writing = new Blob([input]).stream().pipeTo(child.stdin);
  const { stdout } = await child.output();
  await writing;
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  if (lines.length !== cases.length) {
    throw new Error(`The oracle answered ${lines.length} of ${cases.length} cases`);
  }
  return lines.map((line) => JSON.parse(line));
}

async function hasGo(): Promise<boolean> {
  try {
    return (await new Deno.Command("go", { args: ["version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

async function digest(): Promise<string> {
  const texts = await Promise.all(INPUTS.map((name) => Deno.readTextFile(join(HERE, name))));
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(bytes).toHex().slice(0, 16);
}
