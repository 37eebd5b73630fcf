/** Asks the probes of one side, whatever way leads to them: docker or kubectl. */
import { waitSeldom } from "./machine.ts";
import { orderOf, probeEvents, timesOf } from "./probe_log.ts";
import { type ComposeProject, handedFiles, type Ports, roleOf, type Target, targetsOf } from "./project.ts";
import type { Call, ProbeEvent, ServiceView, Sight } from "./view.ts";

/** The way to one service's container. */
export interface Reach {
  readonly generated: readonly string[];
  readonly addresses: readonly string[];
  /** Whether its program is there to be asked; one that has ended is known by its log alone. */
  readonly running: boolean;
  /** Whether somebody will start its healthcheck. */
  readonly checked: boolean;
  readonly restarted?: string;
  log(): Promise<string>;
  /** Asks its probe. @returns what that answered. */
  ask(kind: string, body: string): Promise<string>;
  /** Asks those of its replicas, which answer under its name as well. */
  askOthers(kind: string, body: string): Promise<unknown>;
}

/** For what takes a few seconds on an idle machine, and minutes on one that others keep busy. */
const TIMEOUT_MS = 300_000;

/**
 * Gives each probe its name and ports, and then asks all of them what they see. Of those that share a network the first
 * has a port that both ask for, so that both sides ask in one order.
 */
export async function askProbes(
  reaches: Readonly<Record<string, Reach>>,
  project: ComposeProject,
  ports: Readonly<Record<string, Ports>>,
): Promise<Readonly<Record<string, ServiceView>>> {
  const all = Object.entries(reaches).toSorted(([left], [right]) => left < right ? -1 : 1);
  const events = new Map<string, readonly ProbeEvent[]>();
  const deaf = new Map<string, Readonly<Record<string, string>>>();
  for (const [name, reach] of all) {
    events.set(name, await started(name, reach));
    if (reach.running) {
      const role = roleOf(name, ports[name] ?? { tcp: [], udp: [] });
      deaf.set(name, await ask(reach, "be", role));
      await reach.askOthers("be", JSON.stringify(role));
    }
  }
  const times = Object.fromEntries([...events].map(([name, list]) => [name, timesOf(list)]));
  const views = await Promise.all(all.map(async ([name, reach]): Promise<[string, ServiceView]> => {
    const view = events.get(name)?.find((event) => event.view !== undefined)?.view;
    if (view === undefined) throw new Error(`Service "${name}" has written no view`);
    const { generated, addresses, running, restarted } = reach;
    const handedAt = handedFiles(project.services[name] ?? {});
    return [name, {
      view,
      generated,
      addresses,
      calls: running ? await callsOf(reach) : [],
      sights: running ? await sightsOf(reach, targetsOf(project, name, ports)) : [],
      handed: running ? await ask(reach, "files", handedAt) : {},
      handedAt,
      deaf: deaf.get(name) ?? {},
      after: orderOf(project.services[name]?.depends_on ?? {}, times[name], times),
      ...(restarted === undefined ? {} : { restarted }),
    }];
  }));
  return Object.fromEntries(views);
}

async function started(name: string, reach: Reach): Promise<readonly ProbeEvent[]> {
  let log = "";
  const events = await waitSeldom(TIMEOUT_MS, async () => {
    log = await reach.log();
    const list = probeEvents(log);
    return list.length > 0 && (reach.running || list.length > 1) ? list : undefined;
  });
  if (events === undefined) throw new Error(`Service "${name}" has not begun: ${log.slice(-500)}`);
  return events;
}

async function ask<Answer>(reach: Reach, kind: string, body: unknown): Promise<Answer> {
  return JSON.parse(await reach.ask(kind, JSON.stringify(body))) as Answer;
}

/** What it sees of each target, with whose name that is. */
async function sightsOf(reach: Reach, targets: readonly Target[]): Promise<readonly Sight[]> {
  const sights = await ask<readonly Sight[]>(reach, "look", targets);
  return sights.map((sight, index) => {
    const { owner, tcp, udp } = targets[index] ?? { tcp: [], udp: [] };
    const asked = [...tcp.map((port) => `${port}/tcp`), ...udp.map((port) => `${port}/udp`)];
    return { ...sight, asked, ...(owner === undefined ? {} : { owner }) };
  });
}

/** Healthchecks come when their interval has passed; where none comes in time there is none. */
async function callsOf(reach: Reach): Promise<readonly Call[]> {
  const calls = (): Promise<readonly Call[]> => ask<readonly Call[]>(reach, "calls", {});
  if (!reach.checked) return await calls();
  return await waitSeldom(TIMEOUT_MS, async () => {
    const list = await calls();
    return list.length > 0 ? list : undefined;
  }) ?? [];
}

/** Who answers at the published ports, by address and port. */
export function publishedTargets(
  ports: readonly string[],
  addresses: Readonly<Record<string, string>>,
): readonly { readonly name: string; readonly tcp: readonly number[]; readonly udp: readonly number[] }[] {
  const of = (protocol: string): readonly number[] =>
    ports.filter((port) => port.endsWith(`/${protocol}`)).map((port) => Number(port.split("/")[0]));
  return Object.values(addresses).map((name) => ({ name, tcp: of("tcp"), udp: of("udp") }));
}

/** `published.node 8080/tcp`, and who is there. */
export function publishedAspects(
  sights: readonly Sight[],
  addresses: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(addresses).flatMap(([word, address]) =>
      Object.entries(sights.find(({ name }) => name === address)?.ports ?? {}).map(([port, who]) => [
        `published.${word} ${port}`,
        who === "" ? "nobody" : who,
      ])
    ),
  );
}
