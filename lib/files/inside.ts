/** Whether a path is inside a folder where it truly lies, links followed. */
import { dirname, join, relative } from "node:path";

/**
 * The real path of what is or would be at `path`: of the part that is there, links followed, and the rest. A link that
 * leads nowhere counts as what it names.
 * @throws Error where a link leads round in a circle or a folder may not be looked into
 */
export async function realPathOf(path: string): Promise<string> {
  for (let part = path;; part = dirname(part)) {
    try {
      return join(await Deno.realPath(part), relative(part, path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
      if (dirname(part) === part) throw error;
      const link = await Deno.readLink(part).catch(() => undefined);
      if (link !== undefined) {
        const target = link.startsWith("/") ? link : join(dirname(part), link);
        return await realPathOf(join(target, relative(part, path)));
      }
    }
  }
}

/** @throws Error that names where the path leads, if that is not below `folder`; links are followed on both sides */
export async function refuseOutside(path: string, folder: string): Promise<void> {
  if (await isReallyInside(path, folder)) return;
  throw new Error(`links lead from "${path}" to "${await realPathOf(path)}", outside "${folder}"`);
}

/** Whether `path`, links followed, lies below `folder`, links followed, or is it. */
export async function isReallyInside(path: string, folder: string): Promise<boolean> {
  const [real, root] = [await realPathOf(path), (await realPathOf(folder)).replace(/\/+$/, "")];
  return real === root || real.startsWith(`${root}/`);
}
