/** The record of what an engine told, as an object of the stack: applied first, read before the next plan is made. */
import { isNothing, type Seen, SEEN_KEY, SEEN_NAME, writeSeen } from "../stack/seen.ts";
import type { PlannedObject } from "./object.ts";

/** Nothing where no engine told anything. */
export function seenObjects(namespace: string, seen: Seen | undefined): PlannedObject[] {
  if (seen === undefined || isNothing(seen)) return [];
  return [{
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: SEEN_NAME, namespace },
      data: { [SEEN_KEY]: writeSeen(seen) },
    },
  }];
}
