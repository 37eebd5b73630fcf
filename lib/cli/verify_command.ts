/** `verify`: asks every route and published port at Docker's side and at the cluster's, and compares. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { renderVerify } from "../report/verify_text.ts";
import type { Verdict } from "../run/verify/answer.ts";
import type { Place } from "../run/verify/ask.ts";
import { questionsOf } from "../run/verify/questions.ts";
import type { VerifyReport } from "../run/verify/report.ts";
import { type Side, verify as ask } from "../run/verify/verify.ts";
import type { CommandOptions } from "./command.ts";
import { silentEngines } from "../run/guard/silent.ts";
import { planStack } from "./plan_stack.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { describeTarget, findTarget, withTarget } from "./target.ts";
import { readVerifyReport } from "./verify_files.ts";
import { clusterSide, dockerSide, plannedBy, WHAT_ANSWERS } from "./verify_sides.ts";

/**
 * Ends with `ExitCode.failed` where both answer and differ, and where nobody does; compared with an earlier report, where
 * what answered then does not answer any more.
 */
export async function verify(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const terminal = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const { plan, project, conversion, decisions } = stack;
  if (plan === undefined || project === undefined || conversion === undefined) return refuse(stack);
  const places = placesOf(options);
  const { against } = options;
  const earlier = typeof against === "string" ? await readVerifyReport(against, surroundings) : undefined;
  const before = earlier === undefined
    ? undefined
    : new Map(earlier.answers.map(({ question, old }) => [question, old]));
  const askedAt = surroundings.now().toISOString();
  const target = await findTarget(options, surroundings, terminal, false);
  if (target === undefined) throw new Failure(ExitCode.cluster, [noCluster()]);
  const asking = { project, conversion, decisions };
  const objects = plannedBy(plan, conversion);
  const { asked, ...rules } = questionsOf(objects, project);
  const compared = await withTarget(target, async () => {
    terminal.err(`${describeTarget(target, conversion.namespace)}\n`);
    const { silent, ...docker } = await dockerSide(surroundings, asking, target.client);
    // One that was stopped has no container that answers.
    const hidden = silent.filter(({ isAsleep }) => isAsleep !== true);
    printDiagnostics(silentEngines(hidden, "warning", WHAT_ANSWERS), {
      terminal,
      options: { ...options, output: "text" },
    });
    const ways = { routes: "traefik", ports: "opened", objects } as const;
    const cluster = await clusterSide(target.client, asking, asked, ways);
    const old: Side = { ...docker, route: (one) => places.old[one.entryPoint] ?? docker.route(one) };
    const now: Side = { ...cluster, route: (one) => places.now[one.entryPoint] ?? cluster.route(one) };
    return await ask(asked, { old, new: now }, surroundings.signal, before);
  });
  if (options.output === "json") {
    const report: VerifyReport = {
      askedAt,
      against: earlier === undefined ? null : earlier.against ?? earlier.askedAt,
      answers: compared,
      ...rules,
    };
    terminal.out(`${JSON.stringify({ schemaVersion: 1, type: "verify", ...report })}\n`);
  } else terminal.out(renderVerify(compared, rules));
  // What nobody answered before is no loss.
  const isLost = (verdict: Verdict): boolean =>
    verdict === "differs" || verdict === (before === undefined ? "none" : "old");
  const isSound = !compared.some(({ verdict }) => isLost(verdict));
  return isSound ? ExitCode.ok : ExitCode.failed;
}

/** By entry point. */
interface Places {
  readonly old: Readonly<Record<string, Place | undefined>>;
  readonly now: Readonly<Record<string, Place | undefined>>;
}

/** @throws Failure (2) for one that is no address */
function placesOf(options: CommandOptions): Places {
  const place = (flag: "oldHttp" | "oldHttps" | "newHttp" | "newHttps"): Place | undefined => {
    const given = options[flag];
    if (typeof given !== "string") return undefined;
    const [, hostname, port] = /^(.+):(\d+)$/.exec(given) ?? [];
    if (hostname !== undefined) return { hostname, port: Number(port) };
    throw new Failure(ExitCode.usage, [{
      code: "cli-bad-address",
      severity: "error",
      message: `"${given}" is no address with a port`,
      hint: "Such as --new-http 127.0.0.1:8000",
    }]);
  };
  return {
    old: { web: place("oldHttp"), websecure: place("oldHttps") },
    now: { web: place("newHttp"), websecure: place("newHttps") },
  };
}
