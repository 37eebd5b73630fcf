/** The real input: FAF's three compose files with its templates put in place, in a folder of the test's own. */
import { load, readBindSources } from "../../compose/mod.ts";
import type { Project } from "../../compose/project.ts";
import type { BindSources } from "../../compose/bind_source.ts";

export interface LoadedStack {
  readonly directory: string;
  readonly project: Project;
  readonly bindSources: BindSources;
}

/** Where the stack lies: `FAF_STACK`, else beside the repository. */
export function fafStackDirectory(): string | undefined {
  const directory = Deno.env.get("FAF_STACK") ?? `${import.meta.dirname}/../../../shared/faf-stack`;
  try {
    return Deno.statSync(directory).isDirectory ? directory : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Copies the stack, puts `.env.template` and `config.template` in their places as its operators do, and loads it.
 *
 * @param prepare may change the copy before it is loaded
 */
export async function loadFafStack(
  source: string,
  prepare: (directory: string) => Promise<void> = async () => {},
): Promise<LoadedStack> {
  const directory = `${await Deno.makeTempDir({ prefix: "routing" })}/faf-stack`;
  await copy(source, directory);
  await Deno.rename(`${directory}/.env.template`, `${directory}/.env`);
  await Deno.rename(`${directory}/config.template`, `${directory}/config`);
  await prepare(directory);
  const files = ["docker-compose.yml", "faf-extra.yml", "monitoring.yml"].map((name) =>
    `${directory}/${name}`
  );
  const { project, diagnostics } = await load({ directory, files, environment: {} });
  if (project === undefined) {
    throw new Error(`FAF's stack does not load: ${JSON.stringify(diagnostics.slice(0, 3))}`);
  }
  return { directory, project, bindSources: await readBindSources(project) };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.name === ".git") continue;
    if (entry.isDirectory) await copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else if (entry.isFile) {
      await Deno.writeFile(`${to}/${entry.name}`, await Deno.readFile(`${from}/${entry.name}`));
    }
  }
}
