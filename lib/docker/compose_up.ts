/** docker compose itself, which starts a project as it always does. */

/** Which project, and by which engine. */
export interface ComposeUp {
  readonly name: string;
  readonly file: string;
  readonly folder: string;
  /** With the variables that its secrets and configs are made of. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const PROGRAMS = [["docker", "compose"], ["docker-compose"]] as const;

/**
 * `docker compose up --detach`; no image is built or pulled.
 *
 * @returns undefined where it did that, else what it said; `absent` where there is no docker compose here
 */
export async function composeUp(
  project: ComposeUp,
): Promise<{ readonly said: string } | "absent" | undefined> {
  const { name, file, folder } = project;
  for (const program of PROGRAMS) {
    if (!(await run([...program, "version", "--short"], project)).success) continue;
    const { success, said } = await run([
      ...program,
      ...["--project-name", name, "--project-directory", folder, "--file", file],
      ...["up", "--detach", "--pull", "never"],
    ], project);
    return success ? undefined : { said };
  }
  return "absent";
}

async function run(
  [program = "", ...args]: readonly string[],
  { environment, folder, signal }: ComposeUp,
): Promise<{ readonly success: boolean; readonly said: string }> {
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: folder,
      env: { ...environment },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      signal,
    }).output();
    return { success, said: new TextDecoder().decode(stderr).trim() };
  } catch (error) {
    signal.throwIfAborted();
    return { success: false, said: error instanceof Error ? error.message : String(error) };
  }
}
