/** Waits for what a test wants to be so. */
import { ok } from "node:assert/strict";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

/** At most a minute. */
export async function comesTrue(isSo: () => boolean): Promise<void> {
  ok(await waitFor(60_000, () => Promise.resolve(isSo() || undefined)), "it did not come true in a minute");
}
