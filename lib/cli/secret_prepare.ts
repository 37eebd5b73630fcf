/** Prepares a change of a secret in memory, reads the stack again as it would be, and says what would happen. */
import { resolve } from "node:path";
import { Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Project } from "../../compose/project.ts";
import { type Edit, editsFor } from "../secrets/edits.ts";
import { findGroup } from "../secrets/inventory.ts";
import type { SecretGroup } from "../secrets/place.ts";
import { probesThatLogIn } from "../secrets/probes.ts";
import { verifyChange } from "../secrets/verify.ts";
import type { ChangePreview } from "../report/secret_change_text.ts";
import { type EditedFile, prepareFiles } from "../run/secrets/edited_files.ts";
import { effectsOf } from "../run/secrets/effects.ts";
import { readStatus } from "../run/status.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { asRecorded } from "./as_recorded.ts";
import { stackDirectory } from "./load_stack.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { inventoryOf } from "./secret_inventory.ts";
import { nothingRecorded } from "./status_command.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Target as RecordedTarget } from "../run/target.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What every step of a change works with. */
export interface ChangeContext {
  readonly options: CommandOptions;
  readonly surroundings: Surroundings;
  readonly terminal: Terminal;
  readonly target: Target;
  readonly namespace: string;
  /** What runs of before left there. */
  readonly record: RecordedTarget;
  /** The key of the target's digests, as text. */
  readonly digestKey: string;
}

/** A change that was found to do what it is meant to do and nothing else. */
export interface PreparedChange {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly files: readonly EditedFile[];
  /** The stack as it will be. */
  readonly after: PlannedStack;
  readonly also: readonly string[];
  /** The last migration that was applied or tried: the run goes no further. */
  readonly to: string;
  /** Migrations that had something to do before. */
  readonly otherwise: readonly string[];
  /** Servers whose healthcheck logs in with the password that is changed. */
  readonly probed: readonly string[];
}

/** @throws Failure (3) where a place cannot be changed, or the stack would not be read as it should be */
export async function prepareChange(
  context: ChangeContext,
  stack: PlannedStack,
  group: SecretGroup,
  old: readonly string[],
  value: string,
): Promise<PreparedChange> {
  const { options, surroundings, target, namespace, digestKey } = context;
  const { edits, problems } = editsFor(group, value);
  refuseProblems(problems, stack);
  const root = stack.project?.workingDir ?? stackDirectory(options, surroundings);
  const files = await prepareFiles(edits, root, namedFiles(options, surroundings));
  const edited = new Map(files.map(({ realPath, after }) => [realPath, after]));
  const after = await asRecorded(await planStack(options, surroundings, { edited }), target.client);
  const plan = after.planFor(digestKey);
  if (stack.project === undefined || after.project === undefined || plan === undefined) {
    refuseProblems(after.diagnostics, after);
    throw new Error("A stack without errors has a plan");
  }
  const verified = verifyChange({
    before: stack.project,
    after: after.project,
    group,
    again: findGroup(inventoryOf(after), group.name),
    old,
    value,
    touchesVariables: touchesVariables(stack.project, edits),
  });
  refuseProblems(verified.problems, stack);
  const before = stack.planFor(digestKey);
  const { status } = await readStatus(before ?? plan, target.client, namespace);
  const tried = status.migrations.filter(({ state }) => !UNTOUCHED.has(state));
  const to = tried.at(-1)?.id;
  if (to === undefined) throw new Failure(ExitCode.usage, [nothingRecorded(namespace, options)]);
  const otherwise = before === undefined ? [] : tried.filter(({ state }) => state !== "applied");
  return {
    name: group.name,
    edits,
    files,
    after,
    also: verified.also,
    to,
    otherwise: otherwise.map(({ id }) => id),
    probed: after.conversion === undefined ? [] : probesThatLogIn(after.conversion, group),
  };
}

/** What was given on the command line is meant, wherever it lies. */
function namedFiles(options: CommandOptions, surroundings: Surroundings): readonly string[] {
  const stack = stackDirectory(options, surroundings);
  return [
    ...(options.envFile ?? []).map((file) => resolve(surroundings.directory, file)),
    ...(options.file ?? []).map((file) => resolve(stack, file)),
  ];
}

/** Migrations that a change of a secret has nothing to do with. */
const UNTOUCHED: ReadonlySet<string> = new Set(["pending", "skipped", "missing"]);

/** What is shown before anything is written. */
export function previewOf(
  { digestKey }: ChangeContext,
  stack: PlannedStack,
  prepared: PreparedChange,
  resumed: boolean,
): ChangePreview {
  const before = stack.planFor(digestKey);
  const after = prepared.after.planFor(digestKey);
  const effects = before === undefined || after === undefined || resumed
    ? undefined
    : effectsOf(before, after).filter(({ migration }) => migration <= prepared.to);
  return {
    name: prepared.name,
    resumed,
    places: prepared.edits.map(({ names, span }) => ({ names, span })),
    also: prepared.also,
    effects,
    otherwise: resumed ? [] : prepared.otherwise,
    probed: prepared.probed,
  };
}

function touchesVariables(project: Project, edits: readonly Edit[]): boolean {
  return Object.keys(project.environment).some((name) => {
    const written = project.variable(name);
    return written !== undefined &&
      edits.some(({ path, start }) => path === written.path && start === written.start);
  });
}

function refuseProblems(problems: PlannedStack["diagnostics"], { sources }: PlannedStack): void {
  if (!hasErrors(problems)) return;
  throw new Failure(ExitCode.input, problems.filter(({ severity }) => severity === "error"), sources);
}
