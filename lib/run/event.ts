/** What happens during a run, as data: progress, JSON lines and the record are all made from these. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CutoverState } from "./cutover_record.ts";

/**
 * - `adopted`: it was there before, made by somebody else, and was taken over.
 * - `kept`: it would have been deleted, but it was there before: it stays.
 */
export type ObjectOutcome =
  | "created"
  | "configured"
  | "unchanged"
  | "deleted"
  | "replaced"
  | "adopted"
  | "kept";

/** The state of a migration as `status` names it. */
export type MigrationState =
  | "applied"
  | "pending"
  | "running"
  | "failed"
  | "changed"
  | "missing"
  | "skipped";

export type RunEvent =
  | { readonly type: "run-started"; readonly runId: string; readonly at: string; readonly migrations: number }
  /** Something that does not keep the run from its work. */
  | { readonly type: "warning"; readonly diagnostic: Diagnostic }
  | { readonly type: "run-waiting"; readonly holder: string; readonly heldSince: string; readonly at: string }
  | {
    readonly type: "run-taken-over";
    readonly holder: string;
    readonly heldSince: string;
    readonly at: string;
  }
  | {
    readonly type: "migration-started";
    readonly id: string;
    readonly title: string;
    readonly at: string;
    readonly resumed: boolean;
    /** It was applied before, and all of it is applied once more, its Jobs included. */
    readonly redo: boolean;
    readonly objects: number;
  }
  | {
    readonly type: "migration-skipped";
    readonly id: string;
    readonly title: string;
    readonly reason: "applied" | "empty";
  }
  | { readonly type: "service-absent"; readonly id: string; readonly service: string }
  | { readonly type: "object"; readonly id: string; readonly object: string; readonly outcome: ObjectOutcome }
  | {
    readonly type: "waiting";
    readonly id: string;
    readonly object: string;
    /** Why it is not ready yet, in a few words. */
    readonly reason: string;
    readonly elapsedMs: number;
  }
  | { readonly type: "ready"; readonly id: string; readonly object: string; readonly elapsedMs: number }
  /** A service on its way between engine and cluster; `returned`: its containers serve it again. */
  | {
    readonly type: "cutover";
    readonly id: string;
    readonly service: string;
    readonly state: CutoverState | "returned";
    readonly at: string;
    /** Names of its containers in the engine. */
    readonly containers: readonly string[];
    /** For how long nobody served it. */
    readonly outageMs?: number;
    /** Why it goes back. */
    readonly why?: string;
  }
  /**
   * Ports of the node: every route is asked before, and after by the node's address. `back`: they lead to Docker again;
   * `unproved`: they do not lead to the cluster yet, and stay as they are.
   */
  | {
    readonly type: "front";
    readonly id: string;
    readonly state: "asked" | "moved" | "back" | "unproved";
    /** How many routes and ports. */
    readonly asked: number;
  }
  | { readonly type: "manual"; readonly id: string; readonly instruction: string }
  | {
    readonly type: "migration-finished";
    readonly id: string;
    readonly title: string;
    readonly state: "applied" | "failed";
    readonly at: string;
    readonly durationMs: number;
    readonly diagnostics: readonly Diagnostic[];
  }
  | {
    readonly type: "migration-rolled-back";
    readonly id: string;
    readonly title: string;
    readonly at: string;
    readonly diagnostics: readonly Diagnostic[];
  }
  /** Services did not all go back to their containers. */
  | {
    readonly type: "services-returned";
    readonly at: string;
    readonly diagnostics: readonly Diagnostic[];
  }
  | {
    readonly type: "run-finished";
    readonly runId: string;
    readonly at: string;
    readonly durationMs: number;
    readonly state: "applied" | "failed" | "interrupted" | "unchanged";
    readonly writes: number;
  };
