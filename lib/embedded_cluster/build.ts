/** Builds the programs that tests and the embedded cluster run, once per machine. */
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { type BuildCosts, planCosts } from "./build_costs.ts";
import { formatSeconds, showBuildProgress, usualSeconds } from "./build_progress.ts";
import { cacheDirectory } from "./cache.ts";
import { moduleDigest, moduleDirectory } from "./module_digest.ts";
import { withFileLock } from "./file_lock.ts";
import { goFailed, requireGo, startGo } from "./go_command.ts";
import { buildFlags, type Tool, type ToolName, TOOLS } from "./tools.ts";

/** Programs of one module that are built with the same flags, and where they belong. */
interface ModuleBuild {
  readonly module: string;
  readonly flags: readonly string[];
  readonly names: readonly ToolName[];
  readonly directory: string;
}

/**
 * Gives the paths of programs, and builds those that the cache does not have. Safe to call from several processes at
 * once: the second waits and then finds the work done. A program appears in the cache only when it is complete.
 *
 * @param report takes one line at a time: what is built, how long it usually takes, what is left.
 * @param env where the cache is (`XDG_CACHE_HOME`, `HOME`).
 * @throws Failure when Go is missing or a build fails.
 */
export async function buildTools<Name extends ToolName>(
  names: readonly Name[],
  report: (line: string) => void,
  env: Readonly<Record<string, string>> = Deno.env.toObject(),
): Promise<Record<Name, string>> {
  const builds = await planBuilds(names, env);
  const missing = (await Promise.all(builds.map(withoutBuilt))).filter((build) => build.names.length > 0);
  if (missing.length > 0) await requireGo();
  for (const [index, build] of missing.entries()) {
    await buildModule(build, report);
    const later = missing.slice(index + 1);
    if (later.length > 0) report(`Left to build: ${later.flatMap((next) => next.names).join(", ")}`);
  }
  const paths = builds.flatMap((build) =>
    build.names.map((name): [ToolName, string] => [name, join(build.directory, name)])
  );
  return Object.fromEntries(paths) as Record<Name, string>;
}

async function planBuilds(
  names: readonly ToolName[],
  env: Readonly<Record<string, string>>,
): Promise<readonly ModuleBuild[]> {
  const groups = Map.groupBy(
    new Set(names),
    (name) => [TOOLS[name].module, ...buildFlags(TOOLS[name])].join(" "),
  );
  return await Promise.all([...groups.values()].map(async (group) => {
    const tool: Tool = TOOLS[group[0] as ToolName];
    const { module } = tool;
    const flags = buildFlags(tool);
    const directory = join(
      cacheDirectory(env),
      "bin",
      `${module}-${await moduleDigest(module, flags.join(" "))}`,
    );
    return { module, flags, names: group, directory };
  }));
}

async function withoutBuilt(build: ModuleBuild): Promise<ModuleBuild> {
  const absent = await Promise.all(
    build.names.map(async (name) => !await isFile(join(build.directory, name))),
  );
  return { ...build, names: build.names.filter((_, index) => absent[index]) };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function buildModule(build: ModuleBuild, report: (line: string) => void): Promise<void> {
  const onWait = (holder: string): void => report(`Waiting for ${holder}, which builds the same programs`);
  await withFileLock(`${build.directory}.lock`, onWait, async () => {
    const left = await withoutBuilt(build);
    if (left.names.length === 0) return;
    const started = performance.now();
    await Deno.mkdir(build.directory, { recursive: true });
    await removeLeftovers(build.directory);
    const unfinished = await Deno.makeTempDir({ dir: build.directory, prefix: UNFINISHED });
    try {
      await compile(left, unfinished, report);
      for (const name of left.names) {
        const program = join(unfinished, programFile(TOOLS[name].packagePath));
        await Deno.link(program, join(build.directory, name));
      }
    } finally {
      await Deno.remove(unfinished, { recursive: true });
    }
    report(`Built ${left.names.join(", ")} in ${formatSeconds((performance.now() - started) / 1000)}`);
  });
}

const UNFINISHED = "unfinished-";

/** Removes what a killed build left; nobody else builds here, as the lock is held. */
async function removeLeftovers(directory: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.name.startsWith(UNFINISHED)) {
      await Deno.remove(join(directory, entry.name), { recursive: true });
    }
  }
}

/** The file that `go build` makes of a package: its last folder that is no major version. */
function programFile(packagePath: string): string {
  return basename(packagePath.replace(/\/v\d+$/, ""));
}

async function compile(build: ModuleBuild, output: string, report: (line: string) => void): Promise<void> {
  const directory = moduleDirectory(build.module);
  const paths = [...new Set(build.names.map((name) => TOOLS[name].packagePath))];
  report(`Fetching the sources of ${build.names.join(", ")} where they are not cached`);
  const costs = await planCosts(build.flags, paths, directory);
  announce(build.names, costs, report);
  const progress = showBuildProgress(build.names, costs, report);
  try {
    const args = ["build", "-v", ...build.flags, "-o", `${output}/`, ...paths];
    await buildWith(args, directory, (line) => progress.compiling(line));
  } finally {
    progress.stop();
  }
}

function announce(names: readonly ToolName[], costs: BuildCosts, report: (line: string) => void): void {
  report(
    `Building from Go modules, once on this machine (${costs.packages.size} packages, ` +
      `on two idle cores about ${formatSeconds(usualSeconds(costs))}): ${names.join(", ")}`,
  );
}

/** @param told takes each line of Go: with -v the path of a package that it begins to compile, else about an error. */
async function buildWith(
  args: readonly string[],
  directory: string,
  told: (line: string) => void,
): Promise<void> {
  const go = startGo(args, directory);
  const messages: string[] = [];
  const discard = go.stdout.cancel();
  for await (const line of createInterface({ input: Readable.from(go.stderr) })) {
    messages.push(line);
    told(line);
  }
  await discard;
  if (!(await go.status).success) throw goFailed(args, messages.join("\n"));
}
