/** What docker compose itself says of the files: its digest of each service, by which it decides whether to start it anew. */
import type { Project } from "../../compose/project.ts";
import type { RunningStack, StartedContainer } from "../checks/running/container.ts";

/** How docker compose is told which project is meant. */
export interface ComposeFlags {
  readonly project: Project;
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const PROGRAMS = [["docker", "compose"], ["docker-compose"]] as const;
const PATIENCE_MS = 30_000;
const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[\w.-]+)?(?:\+[\w.-]+)?$/;
const LINE = /^(\S+) ([0-9a-f]{64})\s*$/gm;

/**
 * `docker compose config --hash`, where a compose of the version is here that started one of the containers: another one
 * may count other keys. It reads the files and asks no engine. Undefined where that cannot be had.
 */
export async function composeHashes(
  containers: readonly StartedContainer[],
  flags: ComposeFlags,
): Promise<RunningStack["hashes"]> {
  const versions = new Set(containers.flatMap(({ composeVersion }) => composeVersion ?? []));
  if (versions.size === 0) return undefined;
  for (const program of PROGRAMS) {
    const said = await run([...program, "version", "--short"], flags.environment);
    if (said === undefined) continue;
    const version = labelledVersion(said.trim());
    if (!versions.has(version)) continue;
    const text = await run([...program, ...flagsOf(flags), "config", "--hash", "*"], flags.environment);
    if (text === undefined) continue;
    return {
      version,
      byService: new Map([...text.matchAll(LINE)].map(([, name = "", hash = ""]) => [name, hash])),
    };
  }
  return undefined;
}

/**
 * As compose writes its version on containers: its three numbers alone, without what packagers and Docker Desktop add
 * (`2.39.4-desktop.1`), and nothing for a build that has no number (compose, `pkg/api`, "ComposeVersion").
 */
export function labelledVersion(said: string): string {
  const [, major, minor = "0", patch = "0"] = VERSION.exec(said) ?? [];
  return major === undefined ? "" : `${major}.${minor}.${patch}`;
}

function flagsOf({ project, envFiles, profiles }: ComposeFlags): readonly string[] {
  return [
    ...["--project-directory", project.workingDir, "--project-name", project.name],
    ...project.composeFiles.flatMap((file) => ["--file", file]),
    ...envFiles.flatMap((file) => ["--env-file", file]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
}

/** What it printed; undefined where there is no such program, it fails or takes too long. */
async function run(
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args: [...args],
      env: { ...environment },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
