/** `secrets list` and `secrets diff`: which secrets there are, and whether stack and cluster agree. No value. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { compareSecrets } from "../secrets/compare.ts";
import type { SecretGroup } from "../secrets/place.ts";
import { summarise } from "../secrets/summary.ts";
import { CHANGE_NAME } from "../kube/jobs/script/secret_change.ts";
import { plannedObjects } from "../migration/step.ts";
import { renderSecretDiff, renderSecrets } from "../report/secrets_text.ts";
import { KEY_NAME, OWNER_LABEL } from "../run/names.ts";
import { readChange, type SecretChange } from "../run/secrets/change_record.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { onCluster } from "./next_command.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { inventoryOf } from "./secret_inventory.ts";
import type { CommandOptions } from "./command.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { describeTarget, findTarget, type Target, withTarget } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Prints every secret with its places; says so where a change of one is under way in the cluster. */
export async function list(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const secrets = summarise(inventoryOf(stack));
  const change = await changeUnderWay(stack, options, surroundings, terminal);
  if (options.output === "json") {
    const underWay = change === undefined ? null : { name: change.name, by: change.by, since: change.since };
    terminal.out(`${JSON.stringify({ schemaVersion: 1, underWay, secrets })}\n`);
  } else terminal.out(renderSecrets(secrets, { colour: terminal.outColour }));
  if (change !== undefined) terminal.err(`${describeChange(change, options)}\n`);
  return ExitCode.ok;
}

/** Compares the plan's Secrets with the cluster's; writes nothing. */
export async function diff(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const { plan, conversion } = stack;
  if (plan === undefined || conversion === undefined) return refuse(stack);
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const { namespace } = conversion;
  return await withTarget(target, async () => {
    terminal.err(`${describeTarget(target, namespace)}\n`);
    const planned = plan.migrations.flatMap(plannedObjects).filter(({ object }) => object.kind === "Secret");
    const live = await liveSecrets(
      target,
      namespace,
      new Set(planned.map(({ object }) => object.metadata.name)),
    );
    const names = namesByKey(inventoryOf(stack));
    const differences = compareSecrets(planned, live).map((compared) => ({
      names: names.get(`${compared.object}/${compared.key}`) ?? [],
      ...compared,
    }));
    if (options.output === "json") {
      terminal.out(`${JSON.stringify({ schemaVersion: 1, secrets: differences })}\n`);
    } else terminal.out(renderSecretDiff(differences, { colour: terminal.outColour }));
    const change = await readChange({ client: target.client, namespace });
    if (change !== undefined) terminal.err(`${describeChange(change, options)}\n`);
    const isSame = differences.every(({ state }) => state === "same");
    return options["detailedExitcode"] === true && !isSame ? ExitCode.pending : ExitCode.ok;
  });
}

/** What to say of a change that is not finished. */
function describeChange({ name, by, since }: SecretChange, options: CommandOptions): string {
  return `A change of secret "${name}" is under way since ${since}, by ${by}. ` +
    `If its process is gone, finish it with: ${onCluster(`secrets set ${shellWord(name)}`, options)}`;
}

/** Every Secret of the plan as it is there, and others that a run made: not the tool's own. */
async function liveSecrets(
  { client }: Target,
  namespace: string,
  planned: ReadonlySet<string>,
): Promise<Parameters<typeof compareSecrets>[1]> {
  const { items } = await client.list({ apiVersion: "v1", kind: "Secret" }, namespace);
  return items.filter(({ metadata: { name, labels } }) =>
    name !== CHANGE_NAME && name !== KEY_NAME && (planned.has(name) || labels?.[OWNER_LABEL] !== undefined)
  );
}

function namesByKey(groups: readonly SecretGroup[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, object } of groups.flatMap(({ places }) => places)) {
    if (object === undefined || name === `${object.name}/${object.key}`) continue;
    const key = `${object.name}/${object.key}`;
    names.set(key, [...names.get(key) ?? [], name]);
  }
  return names;
}

/** A list needs no cluster: one that is not there or does not answer keeps nothing back. */
async function changeUnderWay(
  stack: PlannedStack,
  options: CommandOptions,
  surroundings: Surroundings,
  terminal: Terminal,
): Promise<SecretChange | undefined> {
  const namespace = stack.conversion?.namespace;
  if (namespace === undefined) return undefined;
  try {
    const target = await findTarget(options, surroundings, terminal, false);
    if (target === undefined) return undefined;
    return await withTarget(target, () => readChange({ client: target.client, namespace }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.err("The cluster could not be asked whether a change is under way.\n");
    return undefined;
  }
}
