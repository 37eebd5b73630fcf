/** Looks at a stack and its disk, and says what is to be copied and what has no template. */
import { relative } from "node:path";
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { looksLikeFile, senseOf } from "../stack/storage/path_words.ts";
import { type Needed, neededPaths } from "./needed.ts";
import { type Copy, exists, findTemplate, statOf } from "./templates.ts";
import { yamlText } from "../diagnostics/yaml_word.ts";

export interface InitPlan {
  /** By target. */
  readonly copies: readonly Copy[];
  /** Data directories that are not there: no template makes them. */
  readonly data: readonly string[];
  /** What is missing, has no template and is decided by nobody. */
  readonly findings: readonly Diagnostic[];
}

/** Reads the disk below the project's folder, and writes nothing. */
export async function planInit(project: Project, decisions: Decisions): Promise<InitPlan> {
  const root = project.workingDir.replace(/\/+$/, "");
  const copies = new Map<string, Copy>();
  const data: string[] = [];
  const findings: Diagnostic[] = [];
  const variables = await envFile(root);
  if (variables !== undefined) copies.set(variables.to, variables);
  for (const needed of neededPaths(project)) {
    const name = relative(root, needed.path);
    if (await exists(needed.path)) {
      if (await isEngineMade(needed, root)) findings.push(engineMade(needed, name));
      continue;
    }
    const copy = await findTemplate(needed.path, root);
    if (copy !== undefined) copies.set(copy.to, copy);
    // A template of the folder may not have all that is mounted from it.
    if (copy !== undefined && await bringsAll(copy, needed.path)) continue;
    if (isDecided(decisions, needed, name)) continue;
    if (needed.kind === "mount" && isData(needed, name)) data.push(name);
    else findings.push(missing(needed, name));
  }
  return { copies: withoutNested([...copies.values()]), data, findings };
}

/** `.env` is read by compose without being named. */
async function envFile(root: string): Promise<Copy | undefined> {
  const path = `${root}/.env`;
  return await exists(path) ? undefined : await findTemplate(path, root);
}

async function bringsAll(copy: Copy, path: string): Promise<boolean> {
  return await exists(`${copy.from}${path.slice(copy.to.length)}`);
}

/** A folder that is copied whole brings what lies in it. */
function withoutNested(copies: readonly Copy[]): Copy[] {
  const isInside = (copy: Copy): boolean =>
    copies.some((other) => other.isDirectory && copy.to.startsWith(`${other.to}/`));
  return copies.filter((copy) => !isInside(copy)).sort((left, right) => left.to < right.to ? -1 : 1);
}

function isData(needed: Needed, name: string): boolean {
  return senseOf(name, needed.targets) === "data" && !looksLikeFile(name, needed.targets);
}

/** Whether `storage` says what the path is where it is missing, or nobody moves the service that mounts it. */
function isDecided(decisions: Decisions, needed: Needed, name: string): boolean {
  if (needed.kind !== "mount") return false;
  if (decisions.services?.[needed.service]?.skip !== undefined) return true;
  const all = decisions.storage ?? {};
  const key = [name, `${name}/`, `./${name}`, `./${name}/`, needed.path].find((each) =>
    Object.hasOwn(all, each)
  );
  const decision = key === undefined ? undefined : all[key];
  return decision?.missing !== undefined || (decision?.kind ?? "configuration") !== "configuration";
}

/** An engine that finds nothing at a mount's source makes a folder of it, also where a file is meant. */
async function isEngineMade(needed: Needed, root: string): Promise<boolean> {
  if (needed.kind !== "mount" || !(await statOf(needed.path))?.isDirectory) return false;
  for await (const _ of Deno.readDir(needed.path)) return false;
  const template = await findTemplate(needed.path, root);
  return template !== undefined && !template.isDirectory;
}

function engineMade(needed: Needed, name: string): Diagnostic {
  return {
    code: "cli-init-directory",
    severity: "warning",
    message:
      `"${name}" is an empty folder where service "${needed.service}" wants a file; a container engine created it`,
    ...(needed.span === undefined ? {} : { span: needed.span }),
    hint: "Remove the empty folder and run init again: it has a template",
  };
}

function missing(needed: Needed, name: string): Diagnostic {
  const isMount = needed.kind === "mount";
  return {
    code: "cli-init-no-template",
    severity: isMount ? "question" : "error",
    message: `"${name}" of ${
      needed.kind === "file" ? "the files" : "service"
    } "${needed.service}" is not there and has no template`,
    ...(needed.span === undefined ? {} : { span: needed.span }),
    hint: isMount
      ? `Put it there, or decide what it is: storage: { ${
        yamlText(`./${name}`)
      }: { missing: empty } } (or skip, data)`
      : `Put it there, or a template beside it, such as "${name}.template"`,
  };
}
