/** Where built programs and downloaded manifests are kept: outside the checkout. */
import { join } from "node:path";

/**
 * The project's cache folder, after the XDG base directory specification.
 *
 * @param env the environment, handed in.
 */
export function cacheDirectory(env: Readonly<Record<string, string>>): string {
  const base = env["XDG_CACHE_HOME"] || join(env["HOME"] ?? Deno.cwd(), ".cache");
  return join(base, "compose-ferry");
}
