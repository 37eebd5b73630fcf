/** Deletes one object that this program made; never a kind that holds data. */
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { ObjectRef } from "../migration/step.ts";
import type { ApplyContext } from "./apply.ts";
import type { RunEvent } from "./event.ts";
import { diagnoseObject } from "./failure.ts";
import { ADOPTED_ANNOTATION, OWNER_LABEL } from "./names.ts";
import { describe } from "./wait.ts";
import { DATA_KINDS } from "./waves.ts";

/** What deleting needs to know about the run. */
export interface RemoveContext extends Pick<ApplyContext, "client" | "owner" | "guard" | "signal"> {
  readonly push: (event: RunEvent) => void;
  readonly secrets: readonly string[];
  /** Keep the object until its pods have ended, so that whoever waits for it waits for them. */
  readonly afterPods?: boolean;
  /** Delete also what was taken over: access that is revoked has to end. */
  readonly adoptedToo?: boolean;
}

/**
 * Deletes the object where it is there, is ours, and, where a uid is known, is still the same one. One that was taken
 * over stays, which is said and no fault.
 * The claims and pods of a StatefulSet: the claims stay, the pods go.
 */
export async function removeObject(
  ref: ObjectRef,
  id: string,
  context: RemoveContext,
  uid?: string,
): Promise<readonly Diagnostic[]> {
  if (DATA_KINDS.has(ref.kind)) return [refused(ref, "objects of this kind hold data and are never deleted")];
  try {
    const live = await context.client.get(ref);
    if (live?.metadata.uid === undefined) return [];
    if (live.metadata.labels?.[OWNER_LABEL] !== context.owner) {
      return [refused(ref, "it was not made by this program, or its label was taken away")];
    }
    if (uid !== undefined && uid !== "" && uid !== live.metadata.uid) {
      return [refused(ref, "somebody deleted it and made another one of that name")];
    }
    if (isKept(live) && !context.adoptedToo) {
      context.push({ type: "object", id, object: describe(ref), outcome: "kept" });
      return [];
    }
    const propagation = context.afterPods ? "Foreground" : "Background";
    await context.client.delete(ref, live.metadata.uid, propagation, context.guard);
    context.push({ type: "object", id, object: describe(ref), outcome: "deleted" });
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

/** Whether it was there before this program came, and so is not deleted. */
export function isKept({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[ADOPTED_ANNOTATION] !== undefined;
}

function refused(ref: ObjectRef, why: string): Diagnostic {
  return {
    code: "run-not-removed",
    severity: "error",
    message: `${describe(ref)} is not deleted: ${why}`,
    hint: "Look at it with kubectl; delete it yourself if it is really not needed",
  };
}
