/** Finds the template of a path that is not there: beside it, or beside a folder that it lies in. */
import { basename, dirname, join } from "node:path";

/** The words that mark a template, as people write them. */
const TEMPLATE_WORDS = ["template", "example", "dist", "sample"] as const;

/** What is to be copied where; a folder is copied whole where all of it is missing. */
export interface Copy {
  readonly from: string;
  readonly to: string;
  readonly isDirectory: boolean;
}

/**
 * The copy that brings `path` into being, or none. The nearest template counts: `a/b.env.template` before
 * `a.template/b.env`.
 *
 * @param root the stack's folder: nothing outside is looked at
 */
export async function findTemplate(path: string, root: string): Promise<Copy | undefined> {
  for (let part = path; part !== root && part.startsWith(`${root}/`); part = dirname(part)) {
    const rest = path.slice(part.length);
    for (const template of templateNames(part)) {
      const info = await statOf(`${template}${rest}`);
      if (info === undefined) continue;
      // Where the folder itself is missing, files that nobody mounts today belong to it as well.
      const whole = rest !== "" && !(await exists(part));
      return whole
        ? { from: template, to: part, isDirectory: true }
        : { from: `${template}${rest}`, to: path, isDirectory: info.isDirectory };
    }
  }
  return undefined;
}

/**
 * `x.env.template`, then `x.template.env`, and so on for each word; of `.env` also `example.env` and `env.example`. A
 * hyphen or an underscore may stand for the dot.
 */
function templateNames(path: string): readonly string[] {
  const name = basename(path);
  const dot = name.lastIndexOf(".");
  const [stem, ending] = [name.slice(0, dot), name.slice(dot)];
  const names = TEMPLATE_WORDS.flatMap((word) => [
    ...SEPARATORS.map((separator) => `${name}${separator}${word}`),
    ...(dot > 0 ? SEPARATORS.map((separator) => `${stem}${separator}${word}${ending}`) : []),
    ...(name.startsWith(".") ? [`${word}${name}`, `${name.slice(1)}.${word}`] : []),
  ]);
  return names.map((each) => join(dirname(path), each));
}

const SEPARATORS = [".", "-", "_"] as const;

/** Whether anything is at the path, a link that leads nowhere included: it is somebody's. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** What a path leads to; undefined where nothing is there. */
export async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
