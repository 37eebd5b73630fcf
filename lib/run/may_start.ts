/** Right before a workload is sent: whether it may start. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { describeObject, type PlannedObject } from "../kube/object.ts";
import type { RunEvent } from "./event.ts";
import type { StartGuard } from "./guard/start_guard.ts";

/** What asking needs to know about the run. */
export interface StartContext {
  /** Asked before each workload that writes to a directory is sent; nobody is asked without it. */
  readonly startGuard?: Pick<StartGuard, "ask" | "formerOwners"> | undefined;
  readonly push?: (event: RunEvent) => void;
}

/** A workload that is about to be sent, and for which migration. */
export interface Sending {
  readonly planned: PlannedObject;
  readonly isNew: boolean;
  readonly migration: string;
}

/** It may not start: something else writes to its directories. */
export class StartRefused extends Error {
  override readonly name = "StartRefused";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join("; "));
    this.diagnostics = diagnostics;
  }
}

/** @throws StartRefused */
export async function refuseStart(
  { startGuard, push }: StartContext,
  { planned, isNew, migration }: Sending,
): Promise<void> {
  const began = performance.now();
  const diagnostics = await startGuard?.ask({ planned, isNew }, (reason) => {
    const elapsedMs = Math.round(performance.now() - began);
    push?.({ type: "waiting", id: migration, object: describeObject(planned.object), reason, elapsedMs });
  }) ?? [];
  if (diagnostics.length > 0) throw new StartRefused(diagnostics);
}
