/** `secrets set` and `secrets rotate`: every place of a secret, then the cluster; interrupted, the next call finishes. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { findGroup } from "../secrets/inventory.ts";
import type { SecretGroup } from "../secrets/place.ts";
import { renderChange } from "../report/secret_change_text.ts";
import { runPlan } from "../run/run_plan.ts";
import { findRecord } from "../run/prepare.ts";
import {
  forgetChange,
  readChange,
  recordChange,
  type RecordedChange,
  replaceChange,
  type SecretChange,
} from "../run/secrets/change_record.ts";
import { removeLeftovers, writeFile } from "../run/secrets/edited_files.ts";
import { keyText } from "./digest_key.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { asRecorded } from "./as_recorded.ts";
import { stackDirectory } from "./load_stack.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { follow, lockTimeoutOf, writerOptions, type WriteSession } from "./write_session.ts";
import type { CommandOptions, Run } from "./command.ts";
import { onCluster } from "./next_command.ts";
import { type ChangeContext, prepareChange, type PreparedChange, previewOf } from "./secret_prepare.ts";
import { needsPrompt, onlyName, randomValue, readValue } from "./secret_value.ts";
import { inventoryOf } from "./secret_inventory.ts";
import { withStackLock } from "./stack_lock.ts";
import { noCluster, nothingRecorded, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { confirmTarget, describeTarget, findTarget, withTarget } from "./target.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Sets a secret to a value from a file, standard input or a hidden prompt. */
export function set(args: readonly string[]): Run {
  return (options, surroundings) => {
    const name = onlyName(args);
    return change(name, options, surroundings, () => readValue(name, options, surroundings), false);
  };
}

/** Sets a secret to a random value, which nobody sees. */
export function rotate(args: readonly string[]): Run {
  return (options, surroundings) => {
    const name = onlyName(args);
    return change(name, options, surroundings, () => Promise.resolve(randomValue(surroundings.random)), true);
  };
}

async function change(
  name: string,
  options: CommandOptions,
  surroundings: Surroundings,
  valueOf: () => Promise<string>,
  isRandom: boolean,
): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const read = await planStack(options, surroundings);
  const { conversion } = read;
  const group = groupNamed(inventoryOf(read), name);
  if (conversion === undefined) return refuse(read);
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const { namespace } = conversion;
  return await withTarget(target, async () => {
    terminal.err(`${describeTarget(target, namespace)}\n`);
    const stack = await asRecorded(read, target.client);
    const record = await findRecord(target.client, namespace);
    if (record === undefined) throw new Failure(ExitCode.usage, [nothingRecorded(namespace, options)]);
    const digestKey = keyText(record.key);
    const context = { options, surroundings, terminal, target, namespace, record, digestKey };
    return await withStackLock(stackDirectory(options, surroundings), async () => {
      const pending = await readChange({ client: target.client, namespace });
      if (pending === undefined) return await begin(context, stack, { name, value: await valueOf() });
      const isSame = group.places.some((place) => place.name === pending.name);
      // Whoever only wants it finished is not asked for the value once more.
      if (isSame && (isRandom || needsPrompt(options, surroundings))) {
        return await finish(context, pending) ?? ExitCode.ok;
      }
      const value = await valueOf();
      if (isSame && pending.before.includes(value)) {
        terminal.err(`The change of "${pending.name}" that is under way is taken back.\n`);
        return await begin(context, stack, { name, value, instead: pending });
      }
      const code = await finish(context, pending);
      if (code !== ExitCode.ok) return code ?? ExitCode.ok;
      return await begin(context, await planLive(context), { name, value });
    });
  });
}

function planLive({ options, surroundings, target }: ChangeContext): Promise<PlannedStack> {
  return planStack(options, surroundings).then((stack) => asRecorded(stack, target.client));
}

interface NewChange {
  readonly name: string;
  readonly value: string;
  /** The change that is under way and given up for this one. */
  readonly instead?: RecordedChange;
}

/** A new change: previewed, confirmed, recorded in the cluster, then carried out. */
async function begin(
  context: ChangeContext,
  stack: PlannedStack,
  { name, value, instead }: NewChange,
): Promise<number> {
  const { options, surroundings, terminal, target, namespace } = context;
  const group = groupNamed(inventoryOf(stack), name);
  if (instead !== undefined && options["dryRun"] !== true) await removeLeftovers(pathsOf(group));
  const found = group.places.flatMap(({ value }) => value === undefined ? [] : [value]);
  const old = [...new Set([...(instead === undefined ? [] : [instead.value, ...instead.before]), ...found])];
  if (instead === undefined && group.places.every((place) => place.value === value)) {
    terminal.err(
      `Every place of secret "${group.name}" holds this value already. Nothing was written.\n` +
        `Next: ${onCluster("secrets diff", options)}\n`,
    );
    return ExitCode.ok;
  }
  const prepared = await prepareChange(context, stack, group, old, value);
  show(context, stack, prepared, false);
  if (options["dryRun"] === true || !confirmed(context, group.name)) {
    terminal.err("Nothing was written.\n");
    return ExitCode.ok;
  }
  surroundings.signal.throwIfAborted();
  const change: SecretChange = {
    name: group.name,
    value,
    before: old,
    adminOf: group.adminOf,
    by: surroundings.user,
    since: surroundings.now().toISOString(),
  };
  const place = { client: target.client, namespace };
  const recorded = instead === undefined
    ? await recordChange(place, change)
    : await replaceChange(place, instead, change);
  return await carryOut(context, prepared, recorded);
}

/**
 * A change that an earlier call began: each place has the old or the new value. The exit code; undefined where it was
 * only shown, or the answer was no.
 */
async function finish(context: ChangeContext, pending: RecordedChange): Promise<number | undefined> {
  const { options, terminal } = context;
  let stack = await planLive(context);
  let group = pendingGroup(inventoryOf(stack), pending);
  if (options["dryRun"] !== true && await removeLeftovers(pathsOf(group))) {
    stack = await planLive(context);
    group = pendingGroup(inventoryOf(stack), pending);
  }
  const strange = group.places.filter(({ value }) =>
    value !== pending.value && (value === undefined || !pending.before.includes(value))
  );
  if (strange.length > 0) {
    throw new Failure(ExitCode.input, strange.map(({ name }) => neitherValue(pending.name, name)));
  }
  const prepared = await prepareChange(context, stack, group, pending.before, pending.value);
  show(context, stack, prepared, true);
  if (options["dryRun"] === true || !confirmed(context, group.name)) {
    terminal.err("Nothing was written.\n");
    return undefined;
  }
  return await carryOut(context, prepared, pending);
}

/** Writes the files, runs what is to do in the cluster, and takes the record away after the last step. */
async function carryOut(
  context: ChangeContext,
  prepared: PreparedChange,
  recorded: RecordedChange,
): Promise<number> {
  const { options, surroundings, terminal, target, namespace, record, digestKey } = context;
  for (const file of prepared.files) await writeFile(file);
  const stack = await planLive(context);
  const plan = stack.planFor(digestKey);
  if (plan === undefined) return refuse(stack);
  const writer = {
    ...writerOptions(surroundings, target.client, namespace, lockTimeoutOf(options)),
    commandLine: (command: string) => onCluster(command, options),
  };
  const session: WriteSession = {
    ...{ options, surroundings, terminal, stack, plan, namespace, target, writer },
    record,
  };
  const code = await follow(session, runPlan(plan, { ...writer, to: prepared.to }));
  if (code !== ExitCode.ok) {
    terminal.err(
      `The change of "${recorded.name}" is recorded: ${
        onCluster(`secrets set ${shellWord(recorded.name)}`, options)
      } finishes it.\n`,
    );
    return code;
  }
  await forgetChange({ client: target.client, namespace }, recorded);
  terminal.err(`Secret "${recorded.name}" is changed.\n`);
  return code;
}

function show(
  context: ChangeContext,
  stack: PlannedStack,
  prepared: PreparedChange,
  resumed: boolean,
): void {
  const { options, terminal } = context;
  const preview = previewOf(context, stack, prepared, resumed);
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, type: "secret-change", ...preview })}\n`);
  } else terminal.err(renderChange(preview, { colour: terminal.errColour }));
}

function confirmed({ options, terminal, target, namespace }: ChangeContext, name: string): boolean {
  const question = `Change secret "${name}" in the files and in namespace "${namespace}"?`;
  return confirmTarget(target, question, options["yes"] === true, terminal);
}

function groupNamed(groups: readonly SecretGroup[], name: string): SecretGroup {
  const found = findGroup(groups, name);
  if (found !== undefined) return found;
  const names = groups.flatMap(({ places }) => places.map((place) => place.name));
  const near = nearest(name, names);
  throw new Failure(ExitCode.usage, [{
    code: "cli-secret-unknown",
    severity: "error",
    message: `There is no secret "${name}" in this stack`,
    hint: near === undefined ? "deno task secrets list names them" : `Did you mean "${near}"?`,
  }]);
}

function pendingGroup(groups: readonly SecretGroup[], pending: RecordedChange): SecretGroup {
  const found = findGroup(groups, pending.name);
  if (found !== undefined) return found;
  throw new Failure(ExitCode.input, [{
    code: "cli-secret-unknown",
    severity: "error",
    message: `A change of secret "${pending.name}" is under way, which is not in this stack`,
    hint: "Name the same compose files and decisions as the call that began it",
  }]);
}

function pathsOf({ places }: SecretGroup): readonly string[] {
  return places.flatMap(({ origin }) =>
    origin.kind === "none" ? [] : [origin.kind === "text" ? origin.origin.path : origin.origin.written.path]
  );
}

function neitherValue(secret: string, place: string): Diagnostic {
  return {
    code: "cli-secret-neither",
    severity: "error",
    message:
      `"${place}" holds neither the old nor the new value of secret "${secret}", whose change is under way`,
    hint:
      "Write back what it held before, or what the other places hold now, then run the same command again",
  };
}
