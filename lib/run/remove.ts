/** Deletes one object that this program made; never a kind that holds data. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { Writing } from "./locked.ts";
import { decideRemoval, type RemovalRule } from "./decide.ts";
import { diagnoseObject } from "./failure.ts";
import { describe } from "./wait.ts";

/** What deleting needs to know about the run. */
export interface RemoveContext extends Writing {
  readonly secrets: readonly string[];
  /** Keep the object until its pods have ended, so that whoever waits for it waits for them. */
  readonly afterPods?: boolean;
  readonly adoptedToo?: RemovalRule["adoptedToo"];
}

/**
 * Deletes the object where that is what is decided about it.
 * The claims and pods of a StatefulSet: the claims stay, the pods go.
 */
export async function removeObject(
  ref: ObjectRef,
  id: string,
  context: RemoveContext,
  uid?: string,
): Promise<readonly Diagnostic[]> {
  const { client, guard, owner, adoptedToo } = context;
  try {
    const removal = decideRemoval(ref.kind, await client.get(ref), { owner, uid, adoptedToo });
    if (removal.kind === "refuse") return [refusedRemoval(ref, removal.why)];
    if (removal.kind === "gone") return [];
    if (removal.kind === "delete") {
      await client.delete(ref, removal.uid, context.afterPods ? "Foreground" : "Background", guard);
    }
    const outcome = removal.kind === "keep" ? "kept" : "deleted";
    context.push({ type: "object", id, object: describe(ref), outcome });
    return [];
  } catch (error) {
    if (error instanceof Failure || context.signal.aborted) throw error;
    const { apiVersion, kind, name, namespace } = ref;
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    return diagnoseObject(
      error,
      { object: { apiVersion, kind, metadata } },
      context.client.connection.server,
      context.secrets,
    );
  }
}

/** What is said of an object that is to go and stays. */
export function refusedRemoval(ref: ObjectRef, why: string): Diagnostic {
  return {
    code: "run-not-removed",
    severity: "error",
    message: `${describe(ref)} is not deleted: ${why}`,
    hint: "Look at it with kubectl; delete it yourself if it is really not needed",
  };
}
