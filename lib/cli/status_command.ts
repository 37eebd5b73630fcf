/** `status`: what is applied, pending, running, failed, changed or missing. */
import { type Diagnostic, Failure, hasErrors, type Sources } from "../diagnostics/diagnostic.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { objectKey } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";
import { isWorkload } from "../run/guard/written.ts";
import { readLiveIndex } from "../run/live_index.ts";
import { readKey } from "../run/key.ts";
import { readStatus, type Status } from "../run/status.ts";
import { renderDiagnostics } from "../report/diagnostic_text.ts";
import { renderStatus } from "../report/status_table.ts";
import { renderDataBelow } from "../report/data_below_text.ts";
import { renderWays } from "../report/ways_text.ts";
import { readWays, type Way } from "../run/living/ways.ts";
import { guardOf } from "./guard_of.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { DataBelow } from "../views/data_below.ts";
import { belowDocker } from "./below_docker.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { asRecorded, canBePlanned } from "./as_recorded.ts";
import { refuseMovedBefore } from "./moved_before.ts";
import { onCluster } from "./next_command.ts";
import { printDiagnostics, toPaste } from "./print_diagnostics.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";
import { findTarget, type Target, withTarget } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { type Look, watch } from "./watch.ts";
import { refuseWithoutPage } from "./verify_files.ts";
import { keyText } from "./digest_key.ts";

/** Prints the table, or the JSON that README describes; starts nothing and writes nothing. */
export async function status(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  refuseWithoutPage(options);
  const terminal = surroundings.terminal(options.color === false);
  const read = await planStack(options, surroundings);
  if (read.conversion === undefined || !canBePlanned(read)) return refuse(read);
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const { namespace } = read.conversion;
  return await withTarget(target, async () => {
    await refuseMovedBefore(target.client, read, options, surroundings);
    const stack = await asRecorded(read, target.client);
    const { sources } = stack;
    const planNow = async (): Promise<Plan> => {
      const key = await readKey(target.client, namespace);
      return stack.planFor(keyText(key)) ?? refuse(stack);
    };
    if (options["drift"] === true) {
      return await showDrift(await planNow(), { target, namespace, terminal, options, sources });
    }
    const look = async (): Promise<Looked> => {
      const plan = await planNow();
      return { plan, ...await readStatus(plan, target.client, namespace) };
    };
    const page = options["report"] === undefined
      ? undefined
      : await (await import("./report_file.ts")).askedReport(stack, options, surroundings);
    if (options["watch"] === true) {
      let drawn = "";
      await watch(
        async () => {
          const looked = await look();
          const shown = asText(looked, options, terminal, sources);
          if (shown.key !== drawn) await page?.write({ status: looked.status, isLive: true });
          drawn = shown.key;
          return shown;
        },
        terminal,
        surroundings.signal,
      );
      return ExitCode.ok;
    }
    const { plan, status, diagnostics } = await look();
    await page?.write({ status });
    const beside = await writesBeside(plan, stack, surroundings, target.client);
    const said = [...diagnostics, ...beside];
    const ways = await waysOf(stack, surroundings);
    const below = (await belowDocker({ ...stack, plan }, surroundings)).filter((one) =>
      isHere(one, plan, status)
    );
    if (options.output === "json") {
      terminal.out(
        `${
          JSON.stringify({
            ...status,
            ways,
            belowDocker: below,
            diagnostics: said.map((one) => toPaste(one, options)),
          })
        }\n`,
      );
    } else {
      const table = renderStatus(status, styleOf(terminal, options));
      terminal.out(`${table}${renderWays(ways)}${renderDataBelow(below)}`);
      printDiagnostics(said, { terminal, options, sources });
    }
    // Two writers on one directory are no state to report as good.
    if (hasErrors(beside)) return ExitCode.failed;
    return options["detailedExitcode"] === true && isPending(status) ? ExitCode.pending : ExitCode.ok;
  });
}

/** Whether one of its services is in the cluster. */
function isHere({ services }: DataBelow, plan: Plan, { migrations, services: moved }: Status): boolean {
  const applied = new Set(
    migrations.filter(({ state }) => state === "applied" || state === "changed").map(({ id }) => id),
  );
  const started = plan.migrations.filter(({ id }) => applied.has(id)).flatMap(({ claimed }) => claimed);
  const inCluster = moved.filter(({ servedBy }) => servedBy === "cluster").map(({ service }) => service);
  return [...started, ...inCluster].some((service) => services.includes(service));
}

interface Looked {
  readonly plan: Plan;
  readonly status: Status;
  readonly diagnostics: readonly Diagnostic[];
}

/** As `watch` shows it; a heartbeat is no news. */
function asText(
  { status, diagnostics }: Looked,
  options: CommandOptions,
  terminal: Terminal,
  sources: Sources,
): Look {
  const { outColour: colour, directory } = terminal;
  const shown = diagnostics.map((one) => toPaste(one, options));
  const document = JSON.stringify({ ...status, diagnostics: shown });
  const key = JSON.stringify({ ...status, diagnostics, run: status.run?.runId ?? null });
  if (options.output === "json") return { text: `${document}\n`, key };
  const said = renderDiagnostics(shown, { colour, directory, sources });
  return { text: `${renderStatus(status, styleOf(terminal, options))}${said}`, key };
}

/** A width only where a terminal has one. */
function styleOf(
  { outColour: colour, outIsTerminal, columns }: Terminal,
  options: CommandOptions,
): Parameters<typeof renderStatus>[1] {
  return { colour, next: onCluster("migrate --dry-run", options), ...(outIsTerminal ? { columns } : {}) };
}

/** What writes to the directories of workloads that are in the cluster already. */
async function writesBeside(
  plan: Plan,
  stack: PlannedStack,
  surroundings: Surroundings,
  client: ClusterClient,
): Promise<readonly Diagnostic[]> {
  const guard = guardOf(stack, surroundings, client);
  const namespace = stack.conversion?.namespace;
  if (guard === undefined || namespace === undefined || !await guard.isHere()) return [];
  const planned = plan.migrations.flatMap(plannedObjects).filter(({ object }) => isWorkload(object));
  const live = await readLiveIndex(client, namespace, planned);
  return await guard.beside(planned.filter(({ object }) => live.has(objectKey(object))));
}

/** How a half moved stack finds itself. */
async function waysOf(
  { project, decisions }: PlannedStack,
  { environment }: Pick<Surroundings, "environment">,
): Promise<readonly Way[]> {
  if (project === undefined || decisions.engine === "none") return [];
  return await readWays(environment, project.name);
}

interface DriftView {
  readonly target: Target;
  readonly namespace: string;
  readonly terminal: Terminal;
  readonly options: CommandOptions;
  readonly sources: Sources;
}

/** What differs from what was applied; with `--detailed-exitcode` any difference is `ExitCode.pending`. */
async function showDrift(plan: Plan, view: DriftView): Promise<number> {
  const { target, namespace, terminal, options, sources } = view;
  const [{ readDrift }, { renderPreview }] = await Promise.all([
    import("../run/drift.ts"),
    import("../report/preview_text.ts"),
  ]);
  const drift = await readDrift(plan, { client: target.client, namespace });
  if (options.output === "json") terminal.out(`${JSON.stringify({ schemaVersion: 1, drift })}\n`);
  else if (drift.length === 0) terminal.out("No drift: everything applied is as it was applied.\n");
  else {
    terminal.out(renderPreview(drift, { colour: terminal.outColour, drift: true }));
    printDiagnostics(drift.flatMap(({ diagnostics }) => diagnostics), { terminal, options, sources });
  }
  return options["detailedExitcode"] === true && drift.length > 0 ? ExitCode.pending : ExitCode.ok;
}

function isPending({ next }: Status): boolean {
  return next !== null;
}

/** Bad input ends the command with all of its problems. */
export function refuse(stack: PlannedStack): never {
  throw new Failure(
    ExitCode.input,
    stack.diagnostics.filter(({ severity }) => severity === "error"),
    stack.sources,
  );
}

/** What is said where no cluster is named and none of its own runs. */
export function noCluster(): Diagnostic {
  return {
    code: "cli-no-cluster",
    severity: "error",
    message: "There is no kubeconfig, and the embedded cluster does not run",
    hint:
      "Name one with --kubeconfig or KUBECONFIG, as k3s's own file is not here; or try it on the embedded one: deno task cluster up",
  };
}

/** What to say where a command needs what an earlier run recorded. */
export function nothingRecorded(namespace: string, options: CommandOptions): Diagnostic {
  return {
    code: "cli-nothing-recorded",
    severity: "error",
    message: `Nothing is recorded in namespace "${namespace}": no migration was ever run there`,
    hint: `Run: ${onCluster("migrate", options)}`,
  };
}
