/**
 * Loads files onto one tree in canonical form: interpolation, includes, `extends`, merge, shapes and long forms,
 * file by file and document by document, in the order of compose-go's loader.
 */
import { toCanonical } from "./canonical/canonical.ts";
import { type LoadContext, nameOf } from "./files/context.ts";
import { checkValues, setDefaults } from "./canonical/defaults.ts";
import { applyExtends, type ExtendsBase } from "./merge/extends.ts";
import { applyInclude } from "./include.ts";
import { interpolate } from "./interpolation/interpolate.ts";
import { merge, PROJECT_RULES } from "./merge/merge.ts";
import { clone, keySpan, type Mapping, mappingAt, type Node, nodeSpan } from "./tree/node.ts";
import { valueOf } from "./interpolation/template.ts";
import { resolveListedNames } from "./normalize/normalize.ts";
import { directoryOf, resolvePaths } from "./files/paths.ts";
import { add, problem } from "./tree/report.ts";
import { dropTagged } from "./merge/reset.ts";
import { type ComposeFile, readCompose } from "./files/selection.ts";
import { checkShape } from "./spec/check.ts";
import { removeRepeated } from "./merge/unique.ts";
import type { YamlDocument } from "./yaml/parse.ts";

/** What a group of files is loaded with; an include has its own. */
export interface ModelScope {
  readonly context: LoadContext;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The files on the way from the project to here, to find cycles of includes. */
  readonly including: readonly string[];
}

/** Loads files in order onto one tree; nothing where there is no document at all. */
export async function loadModel(
  files: readonly ComposeFile[],
  scope: ModelScope,
): Promise<Mapping | undefined> {
  const bases = new Map<string, Promise<ExtendsBase | undefined>>();
  let tree: Mapping | undefined;
  for (const file of files) {
    for (const document of file.documents) tree = await addDocument(tree, document, file, scope, bases);
  }
  if (tree === undefined) return undefined;
  setDefaults(tree);
  checkValues(tree, scope.context.report);
  resolvePaths(tree, pathBase(scope.directory, scope.context));
  resolveListedNames(tree, scope.environment);
  return tree;
}

function pathBase(directory: string, context: LoadContext): { directory: string; home?: string } {
  return context.home === undefined ? { directory } : { directory, home: context.home };
}

type Bases = Map<string, Promise<ExtendsBase | undefined>>;

async function addDocument(
  tree: Mapping | undefined,
  document: YamlDocument,
  file: ComposeFile,
  scope: ModelScope,
  bases: Bases,
): Promise<Mapping | undefined> {
  const { report } = scope.context;
  const root = prepare(document, scope);
  if (root === undefined) return tree;
  await applyInclude(root, document.dropped, { ...scope, including: [...scope.including, file.path] });
  if (tree !== undefined) dropTagged(tree, document.dropped);
  await applyExtends(root, file.path, document.dropped, {
    report,
    directory: scope.directory,
    home: scope.context.home,
    loadBase: (path, at) => loadBase(path, at, scope, bases),
  });
  const merged = tree === undefined ? root : merge(tree, root, PROJECT_RULES, report);
  if (merged.kind !== "mapping") return tree;
  removeRepeated(merged, report);
  checkShape(merged, report);
  dropVersion(merged, scope);
  toCanonical(merged, report);
  removeRepeated(merged, report);
  return merged;
}

/** A document's tree with its variables replaced. */
function prepare(document: YamlDocument, scope: ModelScope): Mapping | undefined {
  const { report } = scope.context;
  const { root } = document;
  if (root.kind !== "mapping") {
    problem(
      report,
      "compose-type",
      "A compose file has to be a mapping at its top level",
      nodeSpan(root),
      'start with "services:"',
    );
    return undefined;
  }
  interpolate(root, (name) => valueOf(scope.environment, name), report);
  for (const service of mappingAt(root, "services")?.entries.values() ?? []) {
    if (service.kind === "mapping") promote(service, "x-develop", "develop", scope);
    const watch = mappingAt(service, "develop")?.entries.get("watch");
    for (const trigger of watch?.kind === "sequence" ? watch.items : []) {
      if (trigger.kind === "mapping") promote(trigger, "x-initialSync", "initial_sync", scope);
    }
  }
  return root;
}

/** Some extensions became keys of the specification; the old name counts where the new one is silent. */
function promote(node: Mapping, from: string, to: string, scope: ModelScope): void {
  const old = node.entries.get(from);
  if (old === undefined) return;
  node.entries.delete(from);
  const current = node.entries.get(to);
  const isSet = current !== undefined && !(current.kind === "scalar" && current.type === "null");
  node.entries.set(to, isSet ? merge(clone(old), current, {}, scope.context.report) : old);
}

function dropVersion(root: Mapping, scope: ModelScope): void {
  const version = root.entries.get("version");
  if (version === undefined) return;
  root.entries.delete("version");
  add(scope.context.report, {
    code: "compose-version",
    severity: "info",
    message: 'The key "version" has no meaning any more',
    span: keySpan(version, "version"),
    hint: "remove the line",
  });
}

/** Reads the file that an `extends` names, once for a group of files: what is taken from it is a copy. */
function loadBase(path: string, at: Node, scope: ModelScope, bases: Bases): Promise<ExtendsBase | undefined> {
  const loading = bases.get(path) ?? readBase(path, at, scope);
  bases.set(path, loading);
  return loading;
}

async function readBase(path: string, at: Node, scope: ModelScope): Promise<ExtendsBase | undefined> {
  const { report } = scope.context;
  const file = await readCompose(path, scope.context, nodeSpan(at));
  if (file === undefined) return undefined;
  let tree: Mapping | undefined;
  let dropped: ExtendsBase["dropped"] = [];
  for (const document of file.documents) {
    const root = prepare(document, scope);
    if (root === undefined) return undefined;
    dropped = document.dropped;
    if (tree !== undefined) dropTagged(tree, dropped);
    const merged: Node = tree === undefined ? root : merge(tree, root, PROJECT_RULES, report);
    tree = merged.kind === "mapping" ? merged : tree;
    if (tree === undefined) return undefined;
    removeRepeated(tree, report);
    toCanonical(tree, report);
    removeRepeated(tree, report);
  }
  const services = mappingAt(tree, "services");
  if (tree === undefined || services === undefined) {
    problem(
      report,
      "compose-extends-unknown",
      `"${nameOf(path, scope.context)}" has no services to extend`,
      nodeSpan(at),
      "name a file with services",
    );
    return undefined;
  }
  resolvePaths(tree, pathBase(directoryOf(path), scope.context));
  return { services, dropped };
}
