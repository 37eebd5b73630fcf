/** Where this folder's modules and stages lie: beside its sources, or where a release has unpacked them. */
import { join } from "node:path";

let folder = import.meta.dirname ?? ".";

/** Said once, at the start of a release, whose code lies elsewhere than its files. */
export function setOwnFolder(path: string): void {
  folder = path;
}

/** A path below this folder. */
export function ownPath(...parts: readonly string[]): string {
  return join(folder, ...parts);
}
