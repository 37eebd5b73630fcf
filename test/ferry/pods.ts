/** Pods of a stack on a real node, as the API server tells of them. */
import type { RealNode } from "./node.ts";

/** What is looked at. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[];
  };
}

/** All but those of timers, of which one may begin at this very minute; its Jobs are named after the minute. */
export async function listPods(node: RealNode, namespace: string): Promise<readonly Pod[]> {
  const text = await node.kubectl("-n", namespace, "get", "pods", "-o", "json");
  const { items } = JSON.parse(text) as { items: readonly Pod[] };
  return items.filter(({ metadata }) =>
    !/^\d{8}$/.test(metadata.labels["job-name"]?.split("-").at(-1) ?? "")
  );
}

/** It runs, or has done its work, and was never restarted. */
export function isWell({ status }: Pod): boolean {
  const containers = status.containerStatuses ?? [];
  const neverRestarted = containers.every(({ restartCount }) => restartCount === 0);
  const isReady = status.phase === "Running" && containers.every(({ ready }) => ready);
  return neverRestarted && (isReady || status.phase === "Succeeded");
}
