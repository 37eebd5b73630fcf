/** What a plan is made of: the stack's files and decisions as they lie there, and this program's own sources. */
import { createHash } from "node:crypto";
import { join, relative, resolve } from "node:path";
import type { BindSource } from "../../compose/bind_source.ts";
import { type DigestKey, digestValue } from "../migration/digest.ts";
import type { Origin } from "../run/origin.ts";
import type { PlannedStack } from "./plan_stack.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

/** What decides what a plan says, below the program's folder. */
const PROGRAM = ["compose", "lib", "migrations", "main.ts", "deno.json"];
/** Flags that change what a plan is made of. */
const FLAGS = ["file", "envFile", "profile", "projectName", "compatibility", "migrations"] as const;
const VARIABLE = /\$\{?([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Reads and digests it all. The stack's side holds secrets, so that its digest is keyed with the target's key: the
 * texts of compose files, env files and decisions, what is mounted from disk and is small enough to be read, variables
 * of the shell that a text names, and flags. It does not depend on what this version makes of them.
 */
export async function planOrigin(
  { sources, bindSources, directory }: PlannedStack,
  options: CommandOptions,
  { environment, home, directory: user }: Surroundings,
): Promise<(key: DigestKey) => Origin> {
  const program = join(home, "migrations");
  const scripts = resolve(user, options.migrations ?? program);
  const isOurs = (path: string): boolean => path === program || path.startsWith(`${program}/`);
  // A file below the stack's directory is named as from there, wherever the program was started.
  const own = [...sources.keys()].map((file) => resolve(directory, file)).filter((file) => !isOurs(file))
    .sort();
  const texts = await Promise.all(own.map(readText));
  const names = new Set(texts.flatMap((text) => [...text.matchAll(VARIABLE)].map(([, name]) => name ?? "")));
  const inputs = [
    own.map((file, index) => [relative(directory, file), hash(texts[index] ?? "")]),
    [...bindSources ?? []].map(([path, source]) => [relative(directory, path), contentsOf(source)]).sort(),
    [...names].sort().map((name) => [name, hash(environment[name] ?? "")]),
    FLAGS.map((flag) => options[flag]),
    isOurs(scripts) ? [] : await treeOf(scripts),
  ];
  const tool = hash(JSON.stringify(await Promise.all(PROGRAM.map((part) => treeOf(join(home, part))))));
  return (key) => ({ tool: tool.slice(0, 22), inputs: digestValue(inputs, key) });
}

async function readText(file: string): Promise<string> {
  return await Deno.readTextFile(file).catch(() => "");
}

function contentsOf(source: BindSource): unknown {
  const digest = (content?: Uint8Array): string => content === undefined ? "" : hash(content);
  if (source.kind === "file") return digest(source.content);
  if (source.kind !== "directory") return source.kind;
  return [...source.files].map(([path, { content }]) => [path, digest(content)]).sort();
}

/** Every file at or below a path with the digest of its text, in the order of the names; a link and what is not there have none. */
async function treeOf(path: string): Promise<readonly unknown[]> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info?.isFile) return [hash(await Deno.readFile(path))];
  if (!info?.isDirectory) return [];
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => [name, await treeOf(join(path, name))]));
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}
