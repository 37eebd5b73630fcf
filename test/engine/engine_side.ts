/** The side before the move: compose v2 starts the stack on the real engine, and its containers are asked. */
import { join } from "node:path";
import type { RealEngine } from "../guard/engine.ts";
import { ADDRESSES, type Machine, machineNamespaces, waitSeldom } from "./machine.ts";
import { probeEvents, stays } from "./probe_log.ts";
import {
  type ComposeProject,
  externalOf,
  foreignPaths,
  type Ports,
  portsOf,
  publishedPorts,
  withoutTraefik,
} from "./project.ts";
import { askProbes, publishedAspects, publishedTargets, type Reach } from "./reach.ts";
import type { ProbeEvent, ServiceView, SideView } from "./view.ts";

/** What is read of `docker inspect`. */
interface Container {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Pid: number };
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
  readonly Config: {
    readonly Labels: Readonly<Record<string, string>>;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Healthcheck?: { readonly Test?: readonly string[] };
  };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

/** The stack as its containers see it, with what the other side has to know. */
export interface EngineSide {
  readonly project: ComposeProject;
  readonly ports: Readonly<Record<string, Ports>>;
  readonly side: SideView;
}

const MOST_PORTS = 256;

/** Starts a stack, looks at it and stops it. Its volumes stay, as they do before a move. */
export async function seeEngineSide(machine: Machine, stack: string): Promise<EngineSide> {
  const whole = JSON.parse(await machine.compose(stack, "config", "--format", "json")) as ComposeProject;
  const project = withoutTraefik(whole);
  const foreign = foreignPaths(whole, stack);
  if (foreign.length > 0) {
    throw new Error(`Not started, as a probe could write to what is not the stack's: ${foreign.join(", ")}`);
  }
  const ports = publishedPorts(whole).length;
  if (ports > MOST_PORTS) {
    throw new Error(`Not started, as the engine has a program for each of ${ports} ports`);
  }
  try {
    await makeExternal(machine, project);
    await machine.compose(stack, "up", "--detach", "--no-build", "--pull", "never");
    const replicas = (await restingContainers(machine, project))
      .filter((each) => project.services[serviceOf(each)] !== undefined);
    // Of several replicas one is looked at: they differ by nothing but what is made up.
    const containers = replicas.filter((each) => numberOf(each) === "1");
    const reaches: Record<string, Reach> = {};
    for (const each of containers) {
      const others = replicas.filter((other) => other !== each && serviceOf(other) === serviceOf(each));
      reaches[serviceOf(each)] = await reachOf(machine, each, others);
    }
    const open = Object.fromEntries(containers.map((each) => [serviceOf(each), portsFor(project, each)]));
    const services = await askProbes(reaches, project, open);
    const outside = await machine.lookFromOutside(publishedTargets(publishedPorts(project), ADDRESSES));
    await machine.compose(stack, "stop");
    return {
      project,
      ports: open,
      side: {
        services: await withSignals(reaches, services),
        machine: await machineNamespaces(machine.node),
        published: publishedAspects(outside, ADDRESSES),
      },
    };
  } finally {
    await machine.compose(stack, "down", "--remove-orphans");
  }
}

/** What another stack would have made; it stays, as several of them may share it. */
async function makeExternal({ engine }: Machine, { networks, volumes }: ComposeProject): Promise<void> {
  for (const [kind, names] of [["network", externalOf(networks)], ["volume", externalOf(volumes)]] as const) {
    const present = (await engine.docker(kind, "ls", "--format", "{{.Name}}")).split("\n");
    for (const name of names) if (!present.includes(name)) await engine.docker(kind, "create", name);
  }
}

/** Every container of the project, once each runs, has ended for good, or has been started again. */
async function restingContainers(machine: Machine, project: ComposeProject): Promise<readonly Container[]> {
  let last: readonly Container[] = [];
  const resting = await waitSeldom(300_000, async () => {
    const ids = await machine.engine.docker(
      ...["ps", "--all", "--quiet", "--no-trunc", "--filter"],
      `label=com.docker.compose.project=${project.name}`,
    );
    const list = ids.split("\n").filter((id) => id !== "");
    if (list.length === 0) return undefined;
    last = JSON.parse(await machine.engine.docker("inspect", ...list)) as readonly Container[];
    for (const each of last) if (!await isResting(machine, each)) return undefined;
    return true;
  });
  if (!resting) {
    throw new Error(`Containers do not come to rest: ${JSON.stringify(last.map(({ State }) => State))}`);
  }
  return last;
}

async function isResting(machine: Machine, container: Container): Promise<boolean> {
  const { State, RestartCount, HostConfig } = container;
  if (RestartCount > 0) return true;
  if (State.Status === "exited") {
    const policy = HostConfig.RestartPolicy.Name;
    return policy === "no" || policy === "" || (policy === "on-failure" && State.ExitCode === 0);
  }
  return State.Status === "running" && stays(await eventsOf(machine, container));
}

/** The file in which the engine keeps what a container writes, line by line as JSON: asking the engine starts a program. */
async function logOf({ root }: RealEngine, id: string): Promise<string> {
  const file = await Deno.readTextFile(join(root, "containers", id, `${id}-json.log`)).catch(() => "");
  // The last line may still be written.
  return file.split("\n").slice(0, -1).map((line) => (JSON.parse(line) as { readonly log: string }).log).join(
    "",
  );
}

async function eventsOf({ engine }: Machine, { Id }: Container): Promise<readonly ProbeEvent[]> {
  return probeEvents(await logOf(engine, Id));
}

function numberOf({ Config }: Container): string {
  return Config.Labels["com.docker.compose.container-number"] ?? "";
}

function serviceOf({ Config }: Container): string {
  return Config.Labels["com.docker.compose.service"] ?? "";
}

function portsFor(project: ComposeProject, container: Container): Ports {
  const service = project.services[serviceOf(container)];
  return portsOf(service ?? {}, Object.keys(container.Config.ExposedPorts ?? {}));
}

async function reachOf(
  machine: Machine,
  container: Container,
  others: readonly Container[],
): Promise<Reach> {
  const { engine } = machine;
  const { Id, Config, State, RestartCount } = container;
  const test = Config.Healthcheck?.Test ?? [];
  const running = State.Status === "running" && stays(await eventsOf(machine, container));
  return {
    generated: [Id, Id.slice(0, 12)],
    addresses: [container, ...others].flatMap(addressesOf),
    running,
    checked: running && test.length > 0 && test[0] !== "NONE",
    ...(running ? {} : { restarted: RestartCount > 0 ? "again" : "once" }),
    log: () => logOf(engine, Id),
    ask: (kind, body) => machine.askProbe(State.Pid, kind, body),
    askOthers: (kind, body) =>
      Promise.all(others.map((other) => machine.askProbe(other.State.Pid, kind, body))),
  };
}

function addressesOf({ NetworkSettings }: Container): readonly string[] {
  return Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress).filter(Boolean);
}

async function withSignals(
  reaches: Readonly<Record<string, Reach>>,
  services: Readonly<Record<string, ServiceView>>,
): Promise<Readonly<Record<string, ServiceView>>> {
  const ended = await Promise.all(
    Object.entries(services).map(async ([name, service]) => {
      const reach = reaches[name];
      if (reach?.running !== true) return [name, service] as const;
      const signal = probeEvents(await reach.log()).find(({ event }) => event === "signal")?.signal;
      return [name, { ...service, signal: signal ?? "SIGKILL" }] as const;
    }),
  );
  return Object.fromEntries(ended);
}
