/** All that is to be seen before workloads start, looked at once: containers, pods, processes, and where they write. */
import type { Project } from "../../../compose/project.ts";
import type { ClusterClient } from "../../cluster/client.ts";
import type { Environment } from "../../docker/endpoints.ts";
import { type KubeObject, objectKey, type PlannedObject } from "../../kube/object.ts";
import { ownMounts } from "../../node/place.ts";
import { lookAtProcesses, type Sight as ProcessSight } from "../../node/processes.ts";
import type { Neighbour } from "../../stack/context.ts";
import { type SharedByFiles, sharedByFiles } from "./compose_mounts.ts";
import type { Starting } from "./in_use.ts";
import { type EngineSight, lookAtEngines, lookAtPods, Places, type PodSight } from "./look.ts";
import type { Whereabouts } from "./whereabouts.ts";
import { type ClaimPaths, claimPaths, isWorkload, mountedPaths, writtenPaths } from "./written.ts";

/** Where to look. */
export interface SightOptions {
  /** Without one it is not known where the workloads will start. */
  readonly client?: ClusterClient;
  readonly namespace: string;
  /** All that the plan has: volumes, and who shares them. */
  readonly all: readonly PlannedObject[];
  readonly project: Project;
  /** Other projects of the machine whose files are known. */
  readonly neighbours?: readonly Neighbour[];
  /** Where the project's volumes lie on the node, by the name that an engine has for them. */
  readonly volumeDirectories?: ReadonlyMap<string, string>;
  /** Where Docker's own settings are named. */
  readonly environment: Environment;
}

/** Where the workloads will start; `anywhere` where no cluster was named. */
export type Where = Whereabouts | "anywhere";

/** What was seen. */
export interface Sight extends SharedByFiles {
  readonly where: Where;
  /** Every workload of the plan that writes to directories; those that are to start as they were given. */
  readonly workloads: readonly Starting[];
  /** Every workload of the plan that mounts directories, to write to or to read only: they share them by plan. */
  readonly mounting: readonly Starting[];
  readonly engines: EngineSight;
  readonly pods: PodSight;
  readonly processes: ProcessSight;
}

const NO_ENGINES: EngineSight = { containers: [], silent: [], hasEngine: false };
const NO_PODS: PodSight = { pods: [], uids: new Set() };
const NO_PROCESSES: ProcessSight = { holders: [], unseen: 0, hidden: [] };

/**
 * Looks once. Where the node is another machine, its directories are names, and only the API server knows of them.
 *
 * @param starting those of the plan whose directories processes are looked for on
 * @throws what `/proc` and the API server throw
 */
export async function lookAround(
  { client, namespace, all, project, neighbours = [], volumeDirectories, environment }: SightOptions,
  where: Where,
  starting: readonly PlannedObject[],
): Promise<Sight> {
  const isElsewhere = where === "elsewhere";
  const places = new Places(isElsewhere ? undefined : await ownMounts());
  const claims = claimPaths(all.map(({ object }) => object));
  const keys = new Set(starting.map(({ object }) => objectKey(object)));
  const known = [...starting, ...all.filter(({ object }) => !keys.has(objectKey(object)))];
  const startingAt = async (
    pathsOf: (object: KubeObject, claims: ClaimPaths) => readonly string[],
  ): Promise<readonly Starting[]> =>
    (await Promise.all(
      known.filter(({ object }) => isWorkload(object)).map(async (planned): Promise<Starting> => ({
        planned,
        places: await places.all(pathsOf(planned.object, claims)),
      })),
    )).filter(({ places }) => places.length > 0);
  const workloads = await startingAt(writtenPaths);
  const wanted = workloads.filter(({ planned }) => starting.includes(planned));
  const hasPods = client !== undefined && wanted.length > 0;
  return {
    where,
    workloads,
    mounting: await startingAt(mountedPaths),
    ...await sharedByFiles(project, neighbours, places, volumeDirectories),
    engines: isElsewhere ? NO_ENGINES : await lookAtEngines(environment, places),
    pods: hasPods ? await lookAtPods(client, namespace, claims, places, !isElsewhere) : NO_PODS,
    processes: where === "here" && wanted.length > 0
      ? await lookAtProcesses([...new Set(wanted.flatMap(({ places }) => places))])
      : NO_PROCESSES,
  };
}
