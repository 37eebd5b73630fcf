/** `include`: other projects' files, loaded with their own directory and variables, become part of this one. */
import type { Span } from "../lib/diagnostics/diagnostic.ts";
import { lyingAt } from "./files/disk.ts";
import { merge, PROJECT_RULES, rulesFor } from "./merge/merge.ts";
import { loadModel, type ModelScope } from "./model.ts";
import {
  asText,
  clone,
  isNull,
  type Mapping,
  mapping,
  mappingAt,
  type Node,
  nodeSpan,
  sameNode,
} from "./tree/node.ts";
import { absolutePath, cleanPath, directoryOf } from "./files/paths.ts";
import { isRemote, reportRemote } from "./files/remote.ts";
import { problem, type Report } from "./tree/report.ts";
import { dropTagged } from "./merge/reset.ts";
import { type ComposeFile, readCompose } from "./files/selection.ts";
import { checkIncludes } from "./spec/check.ts";
import { type FileVariables, mergeVariables, readVariableFiles } from "./files/variables.ts";
import type { TaggedPath } from "./yaml/parse.ts";

interface Include {
  readonly at: Node;
  readonly paths: readonly string[];
  readonly projectDirectory?: string;
  readonly envFiles: readonly string[];
}

const MAX_INCLUDES = 50;
const SECTIONS = ["services", "jobs", "volumes", "networks", "secrets", "configs", "models"];

/** Loads what a document includes into it, in place. `scope.including` ends with the document's own file. */
export async function applyInclude(
  root: Mapping,
  dropped: readonly TaggedPath[],
  scope: ModelScope,
): Promise<void> {
  const written = root.entries.get("include");
  if (written === undefined) return;
  root.entries.delete("include");
  if (isNull(written)) return;
  const { report } = scope.context;
  if (!checkIncludes(written, report) || written.kind !== "sequence") return;
  for (const item of written.items) {
    const include = readInclude(item, scope);
    const imported = await load(include, scope);
    if (imported !== undefined) importSections(imported, root, dropped, report);
  }
}

function readInclude(item: Node, scope: ModelScope): Include {
  const directory = scope.directory;
  const resolve = (path: string): string => isRemote(path) ? path : cleanPath(absolutePath(directory, path));
  if (item.kind !== "mapping") return { at: item, paths: texts(item).map(resolve), envFiles: [] };
  const projectDirectory = asText(item.entries.get("project_directory"));
  return {
    at: item,
    paths: texts(item.entries.get("path")).map(resolve),
    envFiles: texts(item.entries.get("env_file")).filter((file) => file !== "/dev/null").map(resolve),
    ...(projectDirectory && { projectDirectory: resolve(projectDirectory) }),
  };
}

function texts(node: Node | undefined): string[] {
  const items = node?.kind === "sequence" ? node.items : node === undefined ? [] : [node];
  return items.map(asText).filter((text) => text !== undefined);
}

async function load(include: Include, scope: ModelScope): Promise<Mapping | undefined> {
  const { context } = scope;
  const [main] = include.paths;
  const at = nodeSpan(include.at);
  if (main === undefined) {
    problem(context.report, "compose-include", 'An include needs the key "path"', at, 'add "path:"');
    return undefined;
  }
  const remote = include.paths.find(isRemote);
  if (remote !== undefined) {
    reportRemote(context.report, remote, at);
    return undefined;
  }
  if (scope.including.includes(main) || scope.including.length > MAX_INCLUDES) {
    const names = [...scope.including, main].map((path) => path.slice(path.lastIndexOf("/") + 1)).join(
      " -> ",
    );
    problem(
      context.report,
      "compose-include-cycle",
      `The include leads back to itself: ${names}`,
      at,
      "remove one include of the cycle",
    );
    return undefined;
  }
  const directory = include.projectDirectory ?? directoryOf(main);
  const variables = await variablesOf(include, directory, scope, at);
  if (variables === undefined) return undefined;
  const environment: Record<string, string> = { ...scope.environment };
  mergeVariables(environment, variables, context);
  const files: ComposeFile[] = [];
  for (const path of include.paths) {
    const file = await readCompose(path, context, at);
    if (file === undefined) return undefined;
    files.push(file);
  }
  return await loadModel(files, { context, directory, environment, including: scope.including });
}

async function variablesOf(
  include: Include,
  directory: string,
  scope: ModelScope,
  at: Span,
): Promise<FileVariables | undefined> {
  let files = include.envFiles;
  const isNamed = include.at.kind === "mapping" && include.at.entries.has("env_file");
  if (files.length === 0 && !isNamed) {
    const path = `${directory}/.env`;
    files = await lyingAt(path) === "other" ? [path] : [];
  }
  return await readVariableFiles(files, scope.environment, scope.context, isNamed ? at : undefined);
}

/** Takes over an included project's sections; what both define is merged, and the including file wins. */
function importSections(
  imported: Mapping,
  root: Mapping,
  dropped: readonly TaggedPath[],
  report: Report,
): void {
  for (const section of SECTIONS) {
    const from = mappingAt(imported, section);
    if (from === undefined) continue;
    const to = mappingAt(root, section) ?? mapping(new Map(), from);
    const rules = rulesFor(PROJECT_RULES, section);
    for (const [name, theirs] of from.entries) {
      const own = to.entries.get(name);
      if (own === undefined) to.entries.set(name, theirs);
      else if (!sameNode(own, theirs)) {
        const wrapped = mapping(
          new Map<string, Node>([[section, mapping(new Map([[name, clone(theirs)]]), from)]]),
          from,
        );
        dropTagged(wrapped, dropped);
        const base = mappingAt(wrapped, section)?.entries.get(name);
        const below = typeof rules === "function" ? {} : rulesFor(rules, name);
        if (base !== undefined) to.entries.set(name, merge(base, own, below, report));
      }
    }
    if (!root.entries.has(section) || isNull(root.entries.get(section))) root.entries.set(section, to);
  }
}
