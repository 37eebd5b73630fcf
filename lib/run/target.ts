/** Where a record is. */
import type { ClusterClient } from "../cluster/client.ts";
import type { DigestKey } from "../migration/digest.ts";

/** One target's record in a cluster. */
export interface Target {
  readonly client: ClusterClient;
  readonly namespace: string;
  readonly key: DigestKey;
}
