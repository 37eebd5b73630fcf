/** Everything that the page of `report` shows, as data: names, places and texts, and never a secret. */
import type { Verdict } from "../../checks/verdicts.ts";
import type { Severity } from "../../diagnostics/diagnostic.ts";
import type { WorkloadKind } from "../../kube/conversion.ts";
import type { SecretSummary } from "../../secrets/summary.ts";
import type { MigrationState } from "../../run/event.ts";
import type { Status } from "../../run/status.ts";
import type { Verdict as AnswersVerdict } from "../../run/verify/answer.ts";
import type { NetworksView } from "../networks.ts";

/** One stack at one moment. */
export interface PageModel {
  readonly schemaVersion: 1;
  readonly project: string;
  readonly namespace: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** Whether the file is written again while a run goes on. */
  readonly isLive: boolean;
  readonly services: readonly PageService[];
  readonly migrations: readonly PageMigration[];
  /** In the order in which they are applied. */
  readonly objects: readonly PageObject[];
  /** The gravest first. */
  readonly findings: readonly PageFinding[];
  readonly decisions: readonly PageEntry[];
  readonly networks: NetworksView;
  readonly secrets: readonly PageSecret[];
  /** The newest first; what the record has of them. */
  readonly runs: readonly PageRun[];
  /** What the cluster has; absent where none was asked. */
  readonly status?: Status;
  /** The longest waits of a run that goes on or has just ended, the longest first. */
  readonly waits: readonly PageWait[];
  /** What `verify` found, the newest first. */
  readonly verifications: readonly PageVerification[];
}

export interface PageService {
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly image: string;
  readonly verdict: Verdict["verdict"];
  /** A few sentences. */
  readonly summary: string;
  /** The migration that starts it. */
  readonly migration?: string;
  /** Where it is written, as `docker-compose.yml:8:3`. */
  readonly place: string;
  readonly lines: readonly PageLine[];
  /** Indexes of `objects`. */
  readonly objects: readonly number[];
  readonly sections: readonly PageSection[];
  /** Indexes of `findings`. */
  readonly findings: readonly number[];
}

/** A line of the input, and what became of it. */
export interface PageLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly becomes: readonly string[];
}

export interface PageSection {
  readonly title: string;
  readonly entries: readonly PageEntry[];
}

export interface PageEntry {
  readonly name: string;
  readonly text: string;
  readonly place: string;
}

export interface PageMigration {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly services: readonly string[];
  /** Indexes of `objects`. */
  readonly objects: readonly number[];
  /** Absent where no cluster was asked. */
  readonly state?: MigrationState;
}

export interface PageObject {
  /** As `deployment/web`. */
  readonly name: string;
  readonly migration?: string;
  readonly place: string;
  /** As it is applied, secrets hidden. */
  readonly yaml: string;
}

export interface PageFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** What its code means, from docs/errors.md. */
  readonly means: string;
  readonly hint: string;
  readonly place: string;
  /** The line that it points at, secrets hidden. */
  readonly line: string;
  readonly services: readonly string[];
}

export interface PageSecret extends Pick<SecretSummary, "name" | "decisions" | "jobs" | "equalTo"> {
  readonly places: readonly {
    readonly name: string;
    readonly place: string;
    /** `secret/web, key DB_PASSWORD`. */
    readonly object: string;
    readonly readBy: readonly string[];
  }[];
}

/** One run, as far as migrations remember it as their last. */
export interface PageRun {
  readonly id: string;
  readonly by: string;
  readonly startedAt: string;
  readonly migrations: readonly {
    readonly id: string;
    readonly state: MigrationState;
    readonly startedAt: string;
    readonly durationMs: number | null;
    readonly error: string | null;
  }[];
}

export interface PageWait {
  readonly object: string;
  readonly elapsedMs: number;
  readonly reason: string;
  readonly isReady: boolean;
}

/** One verification. */
export interface PageVerification {
  /** ISO 8601. */
  readonly askedAt: string;
  /** When Docker's side had answered, where that was earlier. */
  readonly against: string | null;
  /** Whether the stack had moved: nobody answered in the cluster, both sides did, or Docker's did not any more. */
  readonly moment: "before" | "during" | "after" | "silent";
  /** `3 the same, 1 differs`. */
  readonly counts: string;
  /** Answers are a few words, bodies and certificates the first digits of their digests. */
  readonly answers: readonly {
    readonly question: string;
    readonly old: string;
    readonly new: string;
    readonly verdict: AnswersVerdict;
    readonly result: string;
  }[];
  /** Rules that were not asked. */
  readonly unasked: readonly string[];
}
