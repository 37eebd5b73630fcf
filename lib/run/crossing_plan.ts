/** What a crossing would do to each service that still runs as containers, in order. Only looks. */
import type { ServiceContainer } from "../docker/service_containers.ts";
import type { Crossings } from "../migration/cutovers.ts";
import { type Cutover as Step, type PlannedMigration } from "../migration/step.ts";
import { withCutovers } from "../migration/cutovers.ts";
import { list, record } from "../values/json.ts";
import type { Cutover } from "./cutover_record.ts";
import { isActive } from "./guard/container_words.ts";
import type { Backup } from "./backups.ts";
import { type ClaimPaths, writtenPaths } from "./guard/written.ts";
import type { OldSide } from "./old_side.ts";
import { type DecidedCrossing, judgeOverlap } from "./overlap.ts";
import { podSpec } from "../kube/object.ts";

/** One service's. */
export interface PlannedCutover {
  readonly migration: string;
  readonly service: string;
  /** `overlap`: its pod is ready before its containers stop. */
  readonly mode: DecidedCrossing;
  /** Where an earlier run left it; absent where it has not begun. */
  readonly state?: Cutover["state"];
  readonly containers: readonly PlannedStop[];
  /** Directories of which it is proved that nobody is on them: those that its pod writes to. */
  readonly directories: readonly string[];
  /** The newest that is known of; absent where none is, or where nobody looked. */
  readonly backup?: Backup;
  readonly outage: OutageEstimate;
}

/** How a container is ended. */
export interface PlannedStop {
  readonly name: string;
  readonly signal: string;
  /** Seconds that its program has. */
  readonly within: number;
}

/** For how long nobody would serve it. */
export interface OutageEstimate {
  readonly expectedMs: number;
  /** When the expected time was measured, in a rehearsal: ISO 8601. Absent where it is an estimate. */
  readonly rehearsed?: string;
  /** What the rehearsal measured, with the copy beside the stack on the machine; the expected time is without the copy. */
  readonly rehearsedMs?: number;
  /** Where its program takes all the time that it has, and starts as quickly all the same. */
  readonly mostMs: number;
}

/** What a program takes that ends when it is told to, and a pod until its program begins; as measured on two cores. */
const STOP_MS = 500;
const START_MS = 2_500;

/** Each cutover of these migrations whose service has running containers, or is on its way. */
export async function planCrossing(
  migrations: readonly PlannedMigration[],
  { crossings, cutovers, oldSide, decided, claims }: {
    readonly crossings: Crossings;
    readonly claims: ClaimPaths;
    readonly cutovers: ReadonlyMap<string, Cutover>;
    readonly oldSide: Pick<OldSide, "find">;
    readonly decided: (service: string) => DecidedCrossing | undefined;
  },
): Promise<readonly PlannedCutover[]> {
  const planned: PlannedCutover[] = [];
  for (const { id, steps } of withCutovers({ migrations }, crossings).migrations) {
    for (const step of steps) {
      if (step.kind !== "cutover") continue;
      const recorded = cutovers.get(step.service);
      const active = (await oldSide.find(step.services)).containers.filter(isActive);
      if (recorded?.state === "verified" || active.length === 0 && recorded === undefined) continue;
      planned.push(
        cutoverOf(id, step, active, {
          recorded,
          claims,
          mode: modeOf(step, active, recorded, decided(step.service)),
        }),
      );
    }
  }
  return planned;
}

function cutoverOf(
  migration: string,
  step: Step,
  active: readonly ServiceContainer[],
  { recorded, mode, claims }: {
    readonly recorded: Cutover | undefined;
    readonly mode: DecidedCrossing;
    readonly claims: ClaimPaths;
  },
): PlannedCutover {
  return {
    migration,
    service: step.service,
    mode,
    ...(recorded === undefined ? {} : { state: recorded.state }),
    containers: active.map(({ name, stopSignal, stopSeconds }) => ({
      name,
      signal: stopSignal,
      within: stopSeconds,
    })),
    directories: [...writtenPaths(step.workload.object, claims)].sort(),
    outage: mode === "overlap" ? { expectedMs: 0, mostMs: 0 } : estimateOutage(step, active),
  };
}

function modeOf(
  step: Step,
  active: readonly ServiceContainer[],
  recorded: Cutover | undefined,
  decided: DecidedCrossing | undefined,
): DecidedCrossing {
  if (recorded !== undefined && recorded.state !== "prepared") return recorded.mode ?? "exclusive";
  return judgeOverlap(step, active, decided).mode;
}

/** Its containers end one after the other; then its pod starts and is asked for the first time whether it is ready. */
export function estimateOutage(
  { workload }: Pick<Step, "workload">,
  active: readonly Pick<ServiceContainer, "stopSeconds">[],
): OutageEstimate {
  const startMs = START_MS + firstAnswerMs(workload.object);
  const graceMs = active.reduce((sum, { stopSeconds }) => sum + stopSeconds * 1_000, 0);
  const stopMs = Math.min(graceMs, STOP_MS * active.length);
  return { expectedMs: stopMs + startMs, mostMs: graceMs + startMs };
}

/** The slowest of its containers: the first probe comes after its delay, and on the average half a period later. */
function firstAnswerMs(workload: Step["workload"]["object"]): number {
  const waits = list(podSpec(workload)?.["containers"]).map((container) => {
    const probe = record(container["startupProbe"]) ?? record(container["readinessProbe"]);
    if (probe === undefined) return 0;
    return Number(probe["initialDelaySeconds"] ?? 0) * 1_000 + Number(probe["periodSeconds"] ?? 10) * 500;
  });
  return Math.max(0, ...waits);
}
