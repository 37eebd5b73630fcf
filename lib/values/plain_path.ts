/** Paths by which the same place is known to be the same. */

/** A path without slashes at its end; the root stays `/`. */
export function plainPath(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}
