/** Copies of stacks to move, each with a namespace of its own, so that tests do not meet. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FAF = Deno.env.get("FAF_STACK") ?? join(ROOT, "../shared/faf-stack");

/** A stack in a temporary folder and the flags that name it. */
export interface StackCopy extends AsyncDisposable {
  readonly directory: string;
  readonly flags: readonly string[];
}

/** The bundled example. */
export async function exampleStack(namespace: string): Promise<StackCopy> {
  const directory = await copyTree(join(ROOT, "examples/harbour"));
  const decisions = join(directory, "decisions.yaml");
  const text = await Deno.readTextFile(decisions);
  await Deno.writeTextFile(decisions, text.replace(/^namespace: .*$/m, `namespace: ${namespace}`));
  return stackCopy(directory, ["--stack", directory, "--embedded"]);
}

/** FAF's stack as an operator has it, or undefined where it is not on this machine. */
export async function fafStack(namespace: string): Promise<StackCopy | undefined> {
  const clone = await fafClone(namespace);
  if (clone === undefined) return undefined;
  const { directory } = clone;
  await Deno.copyFile(join(directory, ".env.template"), join(directory, ".env"));
  await Deno.rename(join(directory, "config.template"), join(directory, "config"));
  return clone;
}

/** FAF's stack as a new developer has cloned it, with its templates alone; undefined where it is not here. */
export async function fafClone(namespace: string): Promise<StackCopy | undefined> {
  if (!exists(FAF)) return undefined;
  const directory = await copyTree(FAF);
  const text = await Deno.readTextFile(join(ROOT, "migrations/faf/decisions.yaml"));
  await Deno.writeTextFile(
    join(directory, "decisions.yaml"),
    text.replace(/^( *)namespace: .*$/gm, `$1namespace: ${namespace}`),
  );
  const files = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"].flatMap((file) => ["-f", file]);
  return stackCopy(directory, ["--stack", directory, ...files, "--embedded"]);
}

/** The job that prepares them asks the login's own API, which no stand-in has; `test:jobs` runs it against one. */
export async function withoutLoginClients({ directory }: Pick<StackCopy, "directory">): Promise<void> {
  const file = join(directory, "decisions.yaml");
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/^identity:\n(?:[ #].*\n|\n)*/m, ""));
}

/** Whether FAF's stack is on this machine. */
export const hasFaf = exists(FAF);

function stackCopy(directory: string, flags: readonly string[]): StackCopy {
  return { directory, flags, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}

/** A writable copy: the original may be read-only. */
async function copyTree(source: string): Promise<string> {
  const target = await Deno.makeTempDir({ prefix: "ferry-stack-" });
  await copyInto(source, target);
  return target;
}

async function copyInto(source: string, target: string): Promise<void> {
  for await (const entry of Deno.readDir(source)) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory) {
      await Deno.mkdir(to);
      await copyInto(from, to);
    } else {
      await Deno.writeFile(to, await Deno.readFile(from));
    }
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
