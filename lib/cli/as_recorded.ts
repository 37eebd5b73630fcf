/** What was concluded when a stack was first moved holds for the plans of later runs, whatever an engine says by now. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { STATE_NAME } from "../run/names.ts";
import {
  isNothing,
  NOTHING_SEEN,
  readSeen,
  type Seen,
  SEEN_KEY,
  SEEN_NAME,
  writeSeen,
} from "../stack/seen.ts";
import type { Gathered } from "./gather.ts";
import { keepVolumes } from "./live_volumes.ts";

/**
 * The same input as the target has it recorded: kinds, images and places of volumes that an engine told then, and the
 * volumes as they are there. Read again only where that differs from what is known now.
 */
export async function asRecorded(read: Gathered, client: ClusterClient): Promise<Gathered> {
  const { conversion } = read;
  if (conversion === undefined) return read;
  const recorded = await recordedIn(client, conversion.namespace, read);
  const isSame = recorded === undefined || writeSeen(recorded) === writeSeen(read.seen ?? NOTHING_SEEN);
  return await keepVolumes(isSame ? read : await read.withRecorded(recorded), client);
}

/** Nothing where no run was there yet. A stack that was moved without an engine has none of its services ended. */
async function recordedIn(
  client: ClusterClient,
  namespace: string,
  { project, seen: told = NOTHING_SEEN }: Gathered,
): Promise<Seen | undefined> {
  const configMap = (name: string): ReturnType<ClusterClient["get"]> =>
    client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  const seen = await ifAllowed(configMap(SEEN_NAME));
  // The edge: `data` of a ConfigMap.
  if (seen !== undefined) return readSeen((seen["data"] as Record<string, string> | undefined)?.[SEEN_KEY]);
  if (isNothing(told) || await ifAllowed(configMap(STATE_NAME)) === undefined) return undefined;
  const services = Object.keys(project?.services ?? {});
  return { ...NOTHING_SEEN, ended: Object.fromEntries(services.map((name) => [name, false])) };
}
