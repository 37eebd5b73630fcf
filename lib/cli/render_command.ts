/** `render`: the objects of all migrations as files. Asks a cluster only where one is named. */
import { resolve } from "node:path";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { plural } from "../diagnostics/plural.ts";
import { PUBLISHED } from "../kube/digests.ts";
import type { Plan } from "../migration/step.ts";
import type { RenderedFile } from "../render/files.ts";
import type { Layout, RenderOptions, SecretForm } from "../render/options.ts";
import { renderFiles } from "../render/render.ts";
import { readKey } from "../run/key.ts";
import { asRecorded } from "./as_recorded.ts";
import type { CommandOptions } from "./command.ts";
import { keyText } from "./digest_key.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { type FolderPlan, planFolder, writeFolder } from "./rendered_folder.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { findTarget, type Target, withTarget } from "./target.ts";

/** Writes the files and says how many; a second call writes nothing. */
export async function render(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const wanted = renderOptions(options);
  const { stack, planOf } = await readPlans(options, surroundings, wanted);
  const { conversion, decisions } = stack;
  const plan = planOf(stack);
  if (conversion === undefined || plan === undefined) return refuse(stack);
  const profiles = [];
  for (const name of overlaysOf(decisions.profiles ?? [], options, wanted)) {
    const profile = [...options.profile ?? [], name];
    const laid = await planStack({ ...options, profile }, surroundings);
    profiles.push({ name, plan: planOf(laid) ?? refuse(laid) });
  }
  const files = renderFiles({ namespace: conversion.namespace, plan, profiles }, wanted);
  const folder = resolve(surroundings.directory, String(options["to"]));
  const planned = await planFolder(folder, files);
  const findings = [...planned.findings, ...secretsIn(files, stack.secrets, wanted)];
  const isDryRun = options["dryRun"] === true;
  if (!isDryRun) await writeFolder(planned);
  if (options.output === "json") terminal.out(jsonOf(planned, findings, isDryRun));
  else {
    printDiagnostics(findings, { terminal, options });
    terminal.out(textOf(planned, isDryRun));
  }
  return ExitCode.ok;
}

interface Plans {
  readonly stack: PlannedStack;
  planOf(stack: PlannedStack): Plan | undefined;
}

/**
 * With digests as the named cluster has them, so that nothing restarts when another tool goes on; else with such as
 * may be published.
 */
async function readPlans(
  options: CommandOptions,
  surroundings: Surroundings,
  { secrets }: RenderOptions,
): Promise<Plans> {
  const read = await planStack(options, surroundings);
  const published = secrets === "clear" ? "" : PUBLISHED;
  const isNamed = [options.kubeconfig, options.context, options.embedded].some((flag) => flag !== undefined);
  const namespace = read.conversion?.namespace;
  if (!isNamed || namespace === undefined) {
    return { stack: read, planOf: (stack) => stack.planFor(published) };
  }
  const terminal = surroundings.terminal(options.color === false);
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) return { stack: read, planOf: (stack) => stack.planFor(published) };
  return await withTarget(target, () => recordedPlans(read, target, namespace, published));
}

async function recordedPlans(
  read: PlannedStack,
  { client }: Target,
  namespace: string,
  published: string,
): Promise<Plans> {
  const key = await readKey(client, namespace);
  const digestKey = key === undefined ? published : keyText(key);
  return { stack: await asRecorded(read, client), planOf: (stack) => stack.planFor(digestKey) };
}

function renderOptions(options: CommandOptions): RenderOptions {
  // The edge: flags with choices and defaults.
  const repository = options["repo"] as string | undefined;
  const layout = options["as"] as Layout;
  const repositoryPath = String(options["repoPath"]);
  if (layout === "argocd" && repository === undefined) {
    throw usage("--as argocd needs --repo", NEEDS_REPOSITORY);
  }
  if (repositoryPath.startsWith("/") || repositoryPath.split("/").includes("..")) {
    throw usage(
      `--repo-path "${repositoryPath}" leads out of the repository`,
      "Write for example: deploy/shop",
    );
  }
  if (!VERSION.test(String(options["chartVersion"]))) {
    throw usage(`--chart-version "${options["chartVersion"]}" is no version`, "Write for example: 1.4.0");
  }
  return {
    layout,
    secrets: options["secrets"] as SecretForm,
    secretStore: String(options["secretStore"]),
    ...(repository === undefined ? {} : { repository }),
    source: String(options["source"]),
    repositoryPath,
    chartVersion: String(options["chartVersion"]),
  };
}

const NEEDS_REPOSITORY =
  "Name the Git repository that the folder is committed to: --repo https://git.example/shop.git";
/** https://semver.org */
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

function overlaysOf(
  known: readonly string[],
  options: CommandOptions,
  { layout }: RenderOptions,
): readonly string[] {
  // The edge: a repeatable flag.
  const named = (options["overlay"] ?? []) as readonly string[];
  if (named.length > 0 && layout !== "kustomize") {
    throw usage(
      `--overlay is for kustomize alone, and not for ${layout}`,
      "Use --as kustomize, or --profile",
    );
  }
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    const hint = near === undefined
      ? `Its profiles: ${known.join(", ") || "none"}`
      : `Did you mean "${near}"?`;
    throw usage(`decisions.yaml has no profile "${unknown}"`, hint);
  }
  if (layout !== "kustomize") return [];
  const inForce = options.profile ?? [];
  return (named.length > 0 ? named : known).filter((name) => !inForce.includes(name)).toSorted();
}

function usage(message: string, hint: string): Failure {
  const diagnostic: Diagnostic = { code: "cli-render-flag", severity: "error", message, hint };
  return new Failure(ExitCode.usage, [diagnostic]);
}

/** Files that have a text that is a secret elsewhere in the stack; none of them is to hold one. */
function secretsIn(
  files: readonly RenderedFile[],
  secrets: readonly string[],
  { secrets: form }: RenderOptions,
): readonly Diagnostic[] {
  if (form === "clear") return [];
  return files.filter(({ text }) => secrets.some((secret) => text.includes(secret))).map(({ path }) => ({
    code: "cli-render-secret",
    severity: "warning",
    message: `"${path}" has a text that is a secret elsewhere in the stack`,
    hint: "Check it before you commit it; the program that reads it could read a Secret instead",
  }));
}

function jsonOf(
  { folder, changes }: FolderPlan,
  diagnostics: readonly Diagnostic[],
  isDryRun: boolean,
): string {
  return `${JSON.stringify({ schemaVersion: 1, folder, isDryRun, files: changes, diagnostics })}\n`;
}

const WORDS = {
  new: "new",
  changed: "changed",
  same: "unchanged",
  kept: "filled in, kept",
  gone: "removed",
} as const;

function textOf({ folder, changes }: FolderPlan, isDryRun: boolean): string {
  const counts = Object.entries(WORDS).flatMap(([state, word]) => {
    const count = changes.filter((change) => change.state === state).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const listed = isDryRun
    ? changes.filter(({ state }) => state !== "same").map(({ path, state }) => `  ${SIGNS[state]} ${path}\n`)
      .join("")
    : "";
  const total = changes.filter(({ state }) => state !== "gone").length;
  const end = isDryRun ? "Nothing was written.\n" : "Next: read README.md in it\n";
  return `${listed}${plural(total, "file")} in ${folder}: ${counts.join(", ")}\n${end}`;
}

const SIGNS = { new: "+", changed: "~", same: " ", kept: " ", gone: "-" } as const;
