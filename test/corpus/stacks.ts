/** The stacks of a folder: every project with a compose file, in a copy that is made ready as its owner would. */
import { basename, join, relative } from "node:path";

/** Where compose looks for its file, in that order. */
const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const TEMPLATES = [".env.example", "env.example", "example.env", ".env.template"];

/** A stack as it lies in the corpus. */
export interface CorpusStack {
  /** Its path below the corpus. */
  readonly name: string;
  readonly directory: string;
}

/** All folders with a compose file; below a folder that has one nothing is looked for. Sorted by name. */
export async function stacksIn(corpus: string): Promise<readonly CorpusStack[]> {
  const found: CorpusStack[] = [];
  const look = async (directory: string): Promise<void> => {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    if (directory !== corpus && entries.some(({ name }) => COMPOSE_FILES.includes(name))) {
      found.push({ name: relative(corpus, directory), directory });
      return;
    }
    for (const { name, isDirectory } of entries) {
      if (isDirectory && !name.startsWith(".")) await look(join(directory, name));
    }
  };
  await look(corpus);
  return found.sort((left, right) => left.name < right.name ? -1 : 1);
}

/** Copies a stack into `parent`, without decisions, and makes its `.env` of its template. */
export async function copyStack(stack: CorpusStack, parent: string): Promise<string> {
  const target = join(parent, stack.name.replaceAll("/", "-").toLowerCase());
  await copyInto(stack.directory, target);
  await Deno.remove(join(target, "decisions.yaml")).catch(() => {});
  const names = (await Array.fromAsync(Deno.readDir(target))).map(({ name }) => name);
  const template = TEMPLATES.find((name) => names.includes(name));
  if (!names.includes(".env") && template !== undefined) {
    await Deno.copyFile(join(target, template), join(target, ".env"));
  }
  return target;
}

/** Links of the corpus are left out: what they lead to is not copied. */
async function copyInto(source: string, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(source)) {
    if (isDirectory) await copyInto(join(source, name), join(target, name));
    else if (isFile) {
      await Deno.writeFile(join(target, basename(name)), await Deno.readFile(join(source, name)));
    }
  }
}
