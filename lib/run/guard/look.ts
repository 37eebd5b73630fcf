/** What engines of this machine and the API server tell of who writes where. */
import { ifAllowed } from "../../cluster/api_error.ts";
import type { ClusterClient } from "../../cluster/client.ts";
import type { LiveObject } from "../../cluster/live_object.ts";
import type { Environment } from "../../docker/endpoints.ts";
import type { SilentEngine } from "../../docker/engines.ts";
import { listEveryContainer } from "../../docker/every_container.ts";
import type { Mounted } from "../../node/mountinfo.ts";
import { type Place, placeByName, placeOf } from "../../node/place.ts";
import type { SeenContainer } from "./in_use.ts";
import { mayWrite, type SeenPod } from "./pods_in_use.ts";
import { type ClaimPaths, claimPaths, writtenPaths } from "./written.ts";

/** Looks paths up, each once. */
export class Places {
  readonly #mounts: readonly Mounted[] | undefined;
  readonly #known = new Map<string, Promise<Place>>();

  /** @param mounts of this machine; without them paths are names on another one */
  constructor(mounts: readonly Mounted[] | undefined) {
    this.#mounts = mounts;
  }

  of(path: string): Promise<Place> {
    const place = this.#known.get(path) ??
      (this.#mounts === undefined ? Promise.resolve(placeByName(path)) : placeOf(path, this.#mounts));
    this.#known.set(path, place);
    return place;
  }

  all(paths: readonly string[]): Promise<readonly Place[]> {
    return Promise.all(paths.map((path) => this.of(path)));
  }
}

/** What the engines of this machine have, and those that could not be asked. */
export interface EngineSight {
  readonly containers: readonly SeenContainer[];
  readonly silent: readonly SilentEngine[];
  /** Whether any answered. */
  readonly hasEngine: boolean;
}

export async function lookAtEngines(environment: Environment, places: Places): Promise<EngineSight> {
  const { containers, silent, roots } = await listEveryContainer(environment);
  const seen = await Promise.all(containers.map(async (container): Promise<SeenContainer> => ({
    container,
    writes: await Promise.all(
      container.writes.map(async (mount) => ({ mount, places: await places.all(mount.sources) })),
    ),
  })));
  return { containers: seen, silent, hasEngine: roots.length > 0 };
}

/** The pods that may write, and the uids of all that were told of. */
export interface PodSight {
  readonly pods: readonly SeenPod[];
  readonly uids: ReadonlySet<string>;
}

const POD = { apiVersion: "v1", kind: "Pod" } as const;
const VOLUME = { apiVersion: "v1", kind: "PersistentVolume" } as const;
/** The uid of a pod that the kubelet has from a file, as its control group is named. */
const FILE_UID = "kubernetes.io/config.hash";

/** Pods of all namespaces where these may be listed, else of this one. */
export async function lookAtPods(
  client: ClusterClient,
  namespace: string,
  planned: ClaimPaths,
  places: Places,
  isWide: boolean,
): Promise<PodSight> {
  const urgent = { urgent: true };
  const wide = isWide ? await ifAllowed(client.list(POD, undefined, urgent)) : undefined;
  const pods = (wide ?? await ifAllowed(client.list(POD, namespace, urgent)))?.items ?? [];
  const volumes = isWide ? await ifAllowed(client.list(VOLUME, undefined, urgent)) : undefined;
  const claims = new Map([...claimPaths(volumes?.items ?? []), ...planned]);
  const seen = await Promise.all(
    pods.filter(mayWrite).map(async (pod): Promise<SeenPod> => ({
      pod,
      places: await places.all(writtenPaths(pod, claims)),
    })),
  );
  return { pods: seen.filter(({ places }) => places.length > 0), uids: new Set(pods.flatMap(uidsOf)) };
}

function uidsOf({ metadata }: LiveObject): readonly string[] {
  return [metadata.uid, metadata.annotations?.[FILE_UID]].filter((uid) => uid !== undefined);
}
