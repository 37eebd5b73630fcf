/** Carries out a cutover whose two sides write into a log what they are asked for, and fail where they are told to. */
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { LiveSets } from "../../lib/cluster/live_sets.ts";
import type { Diagnostic } from "../../lib/diagnostics/diagnostic.ts";
import type { ServiceContainer } from "../../lib/docker/service_containers.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Cutover as Step } from "../../lib/migration/step.ts";
import { cutOver } from "../../lib/run/cutover.ts";
import type { Cutover } from "../../lib/run/cutover_record.ts";
import type { Opening } from "../../lib/run/old_side.ts";
import type { DecidedCrossing } from "../../lib/run/overlap.ts";

type Context = Parameters<typeof cutOver>[2];

const STEP: Step = {
  kind: "cutover",
  service: "db",
  services: ["db"],
  workload: {
    object: { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db", namespace: "shop" } },
    service: "db",
  },
  waits: [],
};
const STATELESS: Step = {
  ...STEP,
  workload: {
    object: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "shop" } },
    service: "db",
  },
};
export const CONTAINER = {
  id: "c1",
  name: "shop-db-1",
  host: "unix:///var/run/docker.sock",
  service: "db",
  state: "running",
  restartPolicy: { name: "always", maximumRetryCount: 0 },
  writes: [],
  ports: [],
  pid: 0,
} as unknown as ServiceContainer;
export const CLOSED = [{
  id: "c1",
  name: "shop-db-1",
  host: CONTAINER.host,
  restart: CONTAINER.restartPolicy,
}];
export const BASE = { migration: "050", containers: CLOSED, since: "2026-01-01T00:00:00.000Z" };
const TROUBLE: Diagnostic = { code: "run-test", severity: "error", message: "It does not do" };

/** What differs from a crossing in which everything goes well. */
export interface Case {
  readonly recorded?: Cutover;
  readonly containers?: readonly ServiceContainer[];
  /** What fails, by the word that the log has for it. */
  readonly fails?: string;
  /** Both sides may run at once. */
  readonly decided?: DecidedCrossing;
  /** Ctrl-C comes while this is done. */
  readonly interruptedAt?: string;
  /** The API server is gone from here on. */
  readonly brokenAt?: string;
  /** No node of the cluster is this machine. */
  readonly isFar?: boolean;
  /** `engine: none`. */
  readonly withoutEngine?: boolean;
}

/** Carries it out, and gives what was done in order, with every state in capitals as it is recorded. */
export async function carriedOut(
  given: Case,
): Promise<{ readonly log: readonly string[]; readonly codes: readonly string[]; readonly left?: Cutover }> {
  const { recorded, containers = [CONTAINER], decided = "exclusive", isFar = false, withoutEngine = false } =
    given;
  const { fails = "", interruptedAt = "", brokenAt = "" } = given;
  const log: string[] = [];
  let clock = "2026-01-01T00:00:05.000Z";
  const interrupt = new AbortController();
  let record = recorded;
  const done = (word: string): readonly Diagnostic[] => {
    log.push(word);
    if (word === interruptedAt) {
      interrupt.abort(new DOMException("Interrupted", "AbortError"));
      throw interrupt.signal.reason;
    }
    if (word === brokenAt) throw new Error("The API server is gone");
    return word === fails ? [TROUBLE] : [];
  };
  const client = {
    apply: (body: KubeObject) => {
      if (done("start pod").length > 0) throw new ApiError(422, "Invalid", "It does not do", []);
      return Promise.resolve({ object: body, created: true });
    },
    get: () => Promise.resolve(undefined),
    list: () => {
      done("no pods");
      return Promise.resolve({ items: [] });
    },
    connection: { server: "https://127.0.0.1" },
  } as unknown as ClusterClient;
  const writing = {
    client,
    owner: "shop",
    key: new Uint8Array(32),
    epoch: 1,
    guard: () => Promise.resolve(),
    sets: new LiveSets(client, interrupt.signal),
    push: () => {},
  };
  const context = {
    ...writing,
    signal: interrupt.signal,
    live: new Map(),
    force: false,
    redo: undefined,
    doneJobs: new Set(),
    secrets: [],
    started: new Map(),
    crossing: {
      oldSide: {
        find: () => Promise.resolve({ containers, silent: [] }),
        close: () => Promise.resolve().then(() => done("stop")),
        bar: () => Promise.resolve().then(() => done("bar")),
        standIn: () => {
          // It is tried for a while.
          clock = "2026-01-01T00:00:25.000Z";
          return Promise.resolve().then(() => done("stand in"));
        },
        settled: () => Promise.resolve().then(() => done("settle")).then(() => {}),
        standing: (recorded: Cutover["containers"]) =>
          Promise.resolve({ containers: recorded, isRunning: false, problems: [], remarks: [] }),
        open: (_: unknown, __: unknown, { standIn }: Opening) =>
          Promise.resolve().then(() => done(`start container${standIn === "last" ? ", stand-in last" : ""}`)),
      },
      guard: {
        ask: () => Promise.resolve().then(() => done("prove")),
        isHere: () => Promise.resolve(!isFar),
      },
      gates: {
        open: () => Promise.resolve().then(() => done("open gates")),
        close: () => Promise.resolve().then(() => done("close gates")),
        settle: () => Promise.resolve().then(() => done("settle gates")),
      },
      decided: () => decided,
      withoutEngine,
      read: () => record,
      write: (_: string, next: Cutover | undefined) => {
        log.push(next?.state.toUpperCase() ?? "GONE");
        record = next;
        return Promise.resolve();
      },
      now: () => clock,
      lasting: { ...writing, signal: new AbortController().signal },
    },
    // The edge: a run as far as a cutover reads it.
  } as unknown as Context;
  const problems = await cutOver(decided === "overlap" ? STATELESS : STEP, "050", context, []).catch(
    (error: unknown) => {
      if (error !== interrupt.signal.reason) throw error;
      return [{ code: "interrupted", severity: "error", message: "" }] as readonly Diagnostic[];
    },
  );
  return { log, codes: problems.map(({ code }) => code), ...(record === undefined ? {} : { left: record }) };
}
