/** What was concluded when a stack was first moved holds for the plans of later runs, whatever an engine says by now. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { BORDER_POLICY } from "../kube/policies/network_policies.ts";
import { readState } from "../run/state.ts";
import { ORIGIN_ANNOTATION, OWNER_LABEL, STATE_NAME } from "../run/names.ts";
import { label } from "../stack/names.ts";
import {
  isNothing,
  NOTHING_SEEN,
  readSeen,
  type Seen,
  SEEN_KEY,
  SEEN_NAME,
  writeSeen,
} from "../stack/seen.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { forServer } from "./for_server.ts";
import { keepExternalNames } from "./live_external_names.ts";
import { keepVolumes } from "./live_volumes.ts";
import { traefikThere } from "./traefik_there.ts";

const NAME_LABEL = "app.kubernetes.io/name";

/**
 * The same input as the target has it recorded: kinds, images and places of volumes that an engine told then, the
 * volumes as they are there, and what its Traefik knows. Read again only where that differs from what is known now.
 */
export async function asRecorded(read: PlannedStack, client: ClusterClient): Promise<PlannedStack> {
  const { conversion } = read;
  if (conversion === undefined) return read;
  const { namespace } = conversion;
  const isDecided = read.decisions.networkPolicies !== undefined;
  const [recorded, movedWithoutPolicies, traefik] = await Promise.all([
    recordedIn(client, namespace, read),
    !isDecided && hasNoPolicies(client, namespace),
    traefikThere(client, read),
  ]);
  const isSame = recorded === undefined || writeSeen(recorded) === writeSeen(read.seen ?? NOTHING_SEEN);
  const stack = isSame && !movedWithoutPolicies && traefik === undefined ? read : await read.withRecorded({
    ...(isSame ? {} : { recorded }),
    movedWithoutPolicies,
    ...(traefik === undefined ? {} : { traefikThere: traefik }),
  });
  return await forServer(await keepExternalNames(await keepVolumes(stack, client), client), client);
}

/**
 * Whether the stack was moved there without policies: by a version that made none, or by decision. They come with the
 * first migration, so that a run which ended before that has moved nothing.
 */
async function hasNoPolicies(client: ClusterClient, namespace: string): Promise<boolean> {
  const state = await ifAllowed(
    client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: STATE_NAME }),
  );
  if (state === undefined) return false;
  // What is asked needs no key.
  const { records, inventory } = readState(state, undefined);
  if (![...records.values()].some(({ state }) => state === "applied")) return false;
  return ![...inventory.values()].flat().some(({ kind, name }) =>
    kind === "NetworkPolicy" && name === BORDER_POLICY
  );
}

/** Nothing where no run was there yet. A stack that was moved without an engine has none of its services ended. */
async function recordedIn(
  client: ClusterClient,
  namespace: string,
  { project, conversion, seen: told = NOTHING_SEEN }: PlannedStack,
): Promise<Seen | undefined> {
  const configMap = (name: string): ReturnType<ClusterClient["get"]> =>
    client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  const seen = await ifAllowed(configMap(SEEN_NAME));
  // The edge: `data` of a ConfigMap.
  if (seen !== undefined) return readSeen((seen["data"] as Record<string, string> | undefined)?.[SEEN_KEY]);
  const state = await ifAllowed(configMap(STATE_NAME));
  if (state === undefined) return undefined;
  const services = Object.keys(project?.services ?? {});
  const jobs = await jobsOfOlder(state, client, namespace);
  const ended = services.map((name) => [name, jobs.has(label(name))] as const);
  const isKnown = ended.every(([name, isJob]) => !isJob || conversion?.services.get(name)?.kind === "Job");
  return isNothing(told) && isKnown ? undefined : { ...NOTHING_SEEN, ended: Object.fromEntries(ended) };
}

/**
 * What a version applied as Jobs that recorded neither what it was told nor what its plans were made of: it took a
 * program that is not restarted for one that ends. The names of services as labels have them.
 */
async function jobsOfOlder(
  { metadata }: LiveObject,
  client: ClusterClient,
  namespace: string,
): Promise<ReadonlySet<string>> {
  if (metadata.annotations?.[ORIGIN_ANNOTATION] !== undefined) return new Set();
  const listed = await ifAllowed(
    client.list({ apiVersion: "batch/v1", kind: "Job" }, namespace, {
      labelSelector: `${OWNER_LABEL}=${namespace}`,
      metadataOnly: true,
    }),
  );
  const names = (listed?.items ?? []).map((job) => [job.metadata.labels?.[NAME_LABEL], job.metadata.name]);
  return new Set(
    names.flatMap(([service, name]) => service === name && service !== undefined ? [service] : []),
  );
}

/** Whether nothing is wrong with a stack but the kinds of its workloads, which its target may have recorded. */
export function canBePlanned({ conversion, diagnostics }: PlannedStack): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return conversion !== undefined && errors.every(({ code }) => code === "plan-kind-differs");
}
