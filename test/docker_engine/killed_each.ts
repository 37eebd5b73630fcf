/** Runs that move a service and take it back, each killed at a state: the next one ends as if nothing had been. */
import assert from "node:assert/strict";
import type { Moment } from "../crossing_live/killed_run.ts";
import { type Harbour, killAt } from "./harbour.ts";

/** A state as the record has it, and when the run is killed that writes it. */
export type Kill = readonly [state: string, moment: Moment];

/** Which service, and how one sees where it is. */
export interface Journey {
  readonly service: string;
  /** The command that moves it. */
  readonly migrate: readonly [string, ...string[]];
  readonly hasMoved: (harbour: Harbour) => Promise<void>;
  readonly isBack: (harbour: Harbour) => Promise<void>;
}

/** A kill on the way there, then one on the way back, as long as there are any of either. */
export async function killedAtEach(
  harbour: Harbour,
  { service, migrate, hasMoved, isBack }: Journey,
  there: readonly Kill[],
  back: readonly Kill[],
): Promise<void> {
  const rollback = ["rollback", "--service", service] as const;
  const goes = async (kill: Kill | undefined, command: readonly [string, ...string[]]): Promise<void> => {
    if (kill !== undefined) await killAt(harbour, service, kill[0], kill[1], ...command);
    const { code, err } = await harbour.ferry([...command, "--yes"]);
    assert.equal(code, 0, `${command[0]}, killed before at ${kill?.join(" ") ?? "nothing"}: ${err}`);
  };
  for (let each = 0; each < Math.max(there.length, back.length); each++) {
    await goes(there[each], migrate);
    await hasMoved(harbour);
    await goes(back[each], rollback);
    await isBack(harbour);
  }
}
