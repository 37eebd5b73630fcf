/** Which mount of a container a path lies in. */
import type { Mount } from "../../../compose/project.ts";

/** The mount in which a path lies, or which it is; of several the one that hides the others. */
export function holdingMount(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts.filter(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`))
    .sort((left, right) => right.target.length - left.target.length)[0];
}

/** What of a path lies below the mount that holds it: empty, or with its slash in front. */
export function belowMount({ target }: Mount, path: string): string {
  return path.slice(target.replace(/\/$/, "").length);
}
