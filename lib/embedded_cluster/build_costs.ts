/** What a build has left to do, before it is begun: which packages, and what each costs. */
import { join } from "node:path";
import { runGo } from "./go_command.ts";

/** Costs in bytes of Go source, which is what a compiler's time follows (docs/performance.md). */
export interface BuildCosts {
  /** Of each package that Go will compile, by its import path, in the order of their needs. */
  readonly packages: ReadonlyMap<string, number>;
  /** Of what comes after the last package: reading everything once more and writing the programs. */
  readonly linking: number;
}

/** Linking reads what the compiler wrote; a byte of source costs it this much of what it costs the compiler. */
const LINKING_SHARE = 0.06;

/** Go marks what its build cache lacks as stale, as long as the flags are those of the build. */
const LISTED = '{{.Stale}}\t{{.ImportPath}}\t{{.Dir}}\t{{join .GoFiles "\\t"}}';

/**
 * Asks Go what `go build` with these flags would compile. Sources are fetched where they are not there.
 *
 * @throws Failure when Go is missing, or a source cannot be had.
 */
export async function planCosts(
  flags: readonly string[],
  packages: readonly string[],
  directory: string,
): Promise<BuildCosts> {
  const listed = await runGo(["list", "-deps", ...flags, "-f", LISTED, ...packages], directory);
  const costs = await Promise.all(listed.trim().split("\n").map(costOf));
  const all = costs.reduce((sum, { cost }) => sum + cost, 0);
  return {
    packages: new Map(costs.filter(({ stale }) => stale).map(({ path, cost }) => [path, cost])),
    linking: all * LINKING_SHARE,
  };
}

async function costOf(line: string): Promise<{ stale: boolean; path: string; cost: number }> {
  const [stale, path = "", directory = "", ...files] = line.split("\t");
  const sizes = await Promise.all(
    files.filter((file) => file !== "").map(async (file) => (await Deno.stat(join(directory, file))).size),
  );
  return { stale: stale === "true", path, cost: sizes.reduce((sum, size) => sum + size, 0) };
}
