/** `verify`: asks every route and published port at Docker's side and at the cluster's, and compares. */
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { findEngines } from "../docker/engines.ts";
import { EngineError } from "../docker/engine.ts";
import { findFront, type Front } from "../docker/front.ts";
import { type RunningPort, runningPorts } from "../docker/running_ports.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { KubeObject } from "../kube/object.ts";
import { plannedObjects } from "../migration/step.ts";
import { renderVerify } from "../report/verify_text.ts";
import type { Verdict } from "../run/verify/answer.ts";
import type { Place } from "../run/verify/ask.ts";
import { type Nowhere, openedPlace, openerOf } from "../run/verify/opened_port.ts";
import { type PortQuestion, type Question, questionsOf } from "../run/verify/questions.ts";
import type { VerifyReport } from "../run/verify/report.ts";
import { type Side, verify as ask } from "../run/verify/verify.ts";
import { clusterAddress } from "../run/living/cluster_address.ts";
import type { CommandOptions } from "./command.ts";
import { planStack } from "./plan_stack.ts";
import { noCluster, refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";
import { describeTarget, findTarget, withTarget } from "./target.ts";
import { readVerifyReport } from "./verify_files.ts";

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
  const planned = [...plan.migrations.flatMap(plannedObjects), ...conversion.front];
  const objects = planned.map(({ object }) => object);
  const { asked, ...rules } = questionsOf(objects, project);
  const compared = await withTarget(target, async () => {
    terminal.err(`${describeTarget(target, conversion.namespace)}\n`);
    const docker = decisions.engine === "none" ? NO_ENGINE : await dockerSide(surroundings, project.name);
    const opened = await openedPlaces(target.client, conversion.namespace, objects, asked);
    const traefik = await clusterAddress(
      target.client,
      decisions.traefik?.namespace ?? "kube-system",
      "traefik",
    );
    const inCluster = (port: number): Place | undefined =>
      traefik === undefined ? undefined : { hostname: traefik.address, port };
    const old: Side = {
      route: ({ entryPoint, publicPort }) => places.old[entryPoint] ?? docker.front[publicPort],
      port: ({ service, hostAddress, hostPort }) =>
        docker.ports.some((one) => one.service === service && one.hostPort === hostPort)
          ? { hostname: hostAddress, port: hostPort }
          : { silence: "Docker shows no container that publishes it" },
    };
    const now: Side = {
      route: ({ entryPoint, publicPort }) => places.now[entryPoint] ?? inCluster(publicPort),
      port: (question) => opened.get(question),
    };
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

/** What the engines of this machine run. */
interface DockerSide {
  readonly front: Front;
  readonly ports: readonly RunningPort[];
}

const NO_ENGINE: DockerSide = { front: {}, ports: [] };

/** Without an engine nobody answers there: what the node's ports lead to then is the cluster. */
async function dockerSide(
  { environment }: Pick<Surroundings, "environment">,
  project: string,
): Promise<DockerSide> {
  using engines = await findEngines(environment);
  const sides = await Promise.all(engines.known.map(async ({ engine }): Promise<DockerSide> => {
    try {
      return { front: await findFront(engine), ports: await runningPorts(engine, project) };
    } catch (error) {
      if (error instanceof EngineError) return NO_ENGINE;
      throw error;
    }
  }));
  return {
    front: Object.assign({}, ...sides.map(({ front }) => front)) as Front,
    ports: sides.flatMap(({ ports }) => ports),
  };
}

/** The published ports; the Service's own of those that the plan opens to nobody outside. */
async function openedPlaces(
  client: ClusterClient,
  namespace: string,
  objects: readonly KubeObject[],
  asked: readonly Question[],
): Promise<ReadonlyMap<PortQuestion, Place | Nowhere | undefined>> {
  const place = async (question: PortQuestion): Promise<Place | Nowhere | undefined> => {
    const opener = openerOf(objects, question);
    if (opener !== undefined) return await openedPlace(client, opener, question);
    const { service, port } = question;
    const found = await clusterAddress(client, namespace, service);
    return found === undefined ? undefined : { hostname: found.address, port };
  };
  const ports = asked.flatMap((one) => one.kind === "port" ? [one] : []);
  return new Map(
    await Promise.all(ports.map(async (question) => [question, await place(question)] as const)),
  );
}
