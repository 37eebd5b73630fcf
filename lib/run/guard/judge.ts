/** What of all that was seen stands in the way of these workloads. No I/O. */
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import type { KubeObject, PlannedObject } from "../../kube/object.ts";
import { overlaps, type Place } from "../../node/place.ts";
import { inUse, type Telling } from "./in_use.ts";
import { podsInUse } from "./pods_in_use.ts";
import { processesInUse } from "./processes_in_use.ts";
import type { Sight } from "./sight.ts";
import { hiddenDirectories, silentEngines, unknownNode, unseenProcesses } from "./silent.ts";

/** What is about to start. */
export interface Start {
  readonly planned: PlannedObject;
  /** It is not there, or is made again: pods of its name are left over from before. */
  readonly isNew: boolean;
  /** Ids of containers that will have stopped until then. */
  readonly leaving?: ReadonlySet<string>;
}

/** How what stands in the way is taken. */
export interface Manner extends Telling {
  /** It is decided that engines that do not answer have nothing to do with the stack. */
  readonly withoutEngine: boolean;
}

/** What was found, and whether waiting a moment may be all that it needs. */
export interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly isPassing: boolean;
}

/** Nothing of it where none of them writes to a directory. */
export function judge(sight: Sight, starts: readonly Start[], manner: Manner): Found {
  const { severity, withoutEngine } = manner;
  const { workloads, engines, isShared, isSharedPod, processes, pods } = sight;
  const planned = new Set(starts.map((start) => start.planned));
  const starting = workloads.filter((workload) => planned.has(workload.planned));
  if (starting.length === 0) return { diagnostics: [], isPassing: false };
  const judged = {
    containers: new Set(engines.containers.map(({ container: { id } }) => id)),
    pods: pods.uids,
  };
  const others = [
    ...silentEngines(withoutEngine ? [] : silentOnes(sight), severity),
    ...inUse(staying(sight, starts), starting, isShared, manner),
    ...processesInUse(processes.holders, starting, judged, manner),
  ];
  const gone = new Set(starts.filter(({ isNew }) => isNew).map(({ planned: { object } }) => object));
  const found = podsInUse(pods.pods, starting, { inPlan: sharing(sight), isSharedPod }, gone, manner);
  const isBlind = processes.unseen > 0 && engines.hasEngine;
  const isUnknown = sight.where === "unknown" && hasErrors(others);
  return {
    diagnostics: [
      ...others,
      ...found.map(({ diagnostic }) => diagnostic),
      ...(isBlind ? [unseenProcesses(processes.unseen)] : []),
      ...(processes.hidden.length > 0 ? [hiddenDirectories(processes.hidden, severity)] : []),
      ...(isUnknown ? [unknownNode(severity)] : []),
    ],
    isPassing: found.length > 0 && found.every(({ isEnding }) => isEnding) && !hasErrors(others),
  };
}

/** The containers that will still be there. */
function staying({ engines }: Sight, starts: readonly Start[]): Sight["engines"]["containers"] {
  return engines.containers.filter(({ container: { id } }) =>
    !starts.some(({ leaving }) => leaving?.has(id))
  );
}

/**
 * The workloads that share a place with one by plan. One that only reads there has a part in it, too: its pod may have
 * written when it began, to give the directory an owner.
 */
function sharing({ mounting }: Sight): (object: KubeObject, place: Place) => readonly KubeObject[] {
  return (object, place) =>
    mounting.filter(({ planned, places }) =>
      planned.object !== object && places.some((one) => overlaps(one, place))
    ).map(({ planned }) => planned.object);
}

/** On a machine of which nobody says that it is the node, an engine that does not run is nothing to speak of. */
function silentOnes({ where, engines }: Sight): Sight["engines"]["silent"] {
  return where === "anywhere" ? engines.silent.filter(({ isAsleep }) => isAsleep !== true) : engines.silent;
}
