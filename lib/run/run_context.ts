/** What a run is given, and what it works with once it holds the lock. */
import type { DigestKey } from "../migration/digest.ts";
import type { Plan } from "../migration/step.ts";
import type { CrossingOptions } from "./crossing_options.ts";
import type { CutoverContext } from "./cutover_steps.ts";
import type { Foreign } from "./foreign.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import type { Holding, WriterOptions } from "./locked.ts";
import type { Selection } from "./select_migrations.ts";

/** Who runs what where, and how. */
export interface RunOptions extends WriterOptions, Selection {
  /** Take over fields and objects that others made. */
  readonly adopt?: boolean;
  /** The plan as it is with the target's key, which the first run makes. Default: the plan as it is given. */
  readonly planFor?: (key: DigestKey) => Plan;
  /** Apply also what only this version of the program changes. */
  readonly acceptNewVersion?: boolean;
  /** Asked right before each workload that writes to a directory is sent. */
  readonly startGuard?: StartGuard | undefined;
  /** How services come that still run as containers; undefined where their files are all that is known. */
  readonly crossing?: CrossingOptions | undefined;
}

/** A run under its lock. */
export interface RunContext extends Holding {
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly secrets: readonly string[];
  /** Objects of others that are taken over, by `objectKey`. */
  readonly adoptions: ReadonlyMap<string, Foreign>;
  /** The run made the namespace, and is the first in it. */
  readonly isNewPlace: boolean;
  /** How services cross that still run as containers; undefined where nobody can ask an engine. */
  readonly crossing: CutoverContext | undefined;
}
