/** Builds the programs that tests and the embedded cluster run, once per machine. */
import { join } from "node:path";
import { formatSeconds, showBuildProgress } from "./build_progress.ts";
import { cacheDirectory, moduleDigest, moduleDirectory } from "./cache.ts";
import { withFileLock } from "./file_lock.ts";
import { goFailed, requireGo, runGo, startGo } from "./go_command.ts";
import { linkerFlags, type ToolName, TOOLS } from "./tools.ts";

/** A module's programs that are wanted, and where they belong. */
interface ModuleBuild {
  readonly module: string;
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
  announce(missing, report);
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
  const modules = [...new Set(names.map((name) => TOOLS[name].module))];
  return await Promise.all(modules.map(async (module) => ({
    module,
    names: [...new Set(names)].filter((name) => TOOLS[name].module === module),
    directory: join(
      cacheDirectory(env),
      "bin",
      `${module}-${await moduleDigest(module, linkerFlags(module))}`,
    ),
  })));
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

function announce(missing: readonly ModuleBuild[], report: (line: string) => void): void {
  if (missing.length === 0) return;
  const names = missing.flatMap((build) => build.names);
  report(
    `Building from Go modules, once on this machine ` +
      `(with nothing cached and two cores about ${formatSeconds(typicalSeconds(names))}): ${
        names.join(", ")
      }`,
  );
}

function typicalSeconds(names: readonly ToolName[]): number {
  return names.reduce((sum, name) => sum + TOOLS[name].typicalSeconds, 0);
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
        await Deno.rename(join(unfinished, name), join(build.directory, name));
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

async function compile(build: ModuleBuild, output: string, report: (line: string) => void): Promise<void> {
  const directory = moduleDirectory(build.module);
  const paths = build.names.map((name) => TOOLS[name].packagePath);
  report(`Fetching the sources of ${build.names.join(", ")} where they are not cached`);
  const packages = (await runGo(["list", "-deps", ...paths], directory)).trim().split("\n").length;
  // A single package may be named differently from its program (etcd's is "server"), so it is told its file.
  const target = build.names.length === 1 ? join(output, build.names[0] ?? "") : `${output}/`;
  const args = ["build", "-v", "-trimpath", "-ldflags", linkerFlags(build.module), "-o", target, ...paths];
  const progress = showBuildProgress(
    { names: build.names, packages, typicalSeconds: typicalSeconds(build.names) },
    report,
  );
  try {
    await buildWith(args, directory, () => progress.compiled());
  } finally {
    progress.stop();
  }
}

async function buildWith(args: readonly string[], directory: string, compiled: () => void): Promise<void> {
  const go = startGo(args, directory);
  const messages: string[] = [];
  const discard = go.stdout.cancel();
  // With -v Go prints the path of each package it compiles, and anything else is about an error.
  for await (const text of go.stderr.pipeThrough(new TextDecoderStream())) {
    messages.push(text);
    for (const line of text.split("\n")) if (line.trim() !== "") compiled();
  }
  await discard;
  if (!(await go.status).success) throw goFailed(args, messages.join(""));
}
