/** Which services cross in a run, and what carrying that out needs. */
import type { Crossings } from "../migration/cutovers.ts";
import type { CutoverContext } from "./cutover_steps.ts";
import { isUnderWay } from "./cutover_record.ts";
import type { FrontOptions } from "./front.ts";
import type { StartGuard } from "./guard/start_guard.ts";
import { Gates } from "./living/gates.ts";
import { type Holding, writing } from "./locked.ts";
import { OldSide, type OldSideOptions } from "./old_side.ts";
import type { DecidedCrossing } from "./overlap.ts";
import type { State } from "./state.ts";

/** What the operator wants to cross, and where it comes from. */
export interface CrossingOptions extends OldSideOptions {
  /** Every service that can. */
  readonly crossings: Crossings;
  /** Whether a service that runs shall be stopped there and started here; one that is on its way goes on in any case. */
  readonly isWanted: (service: string) => boolean;
  /** How ports of the node move; undefined where nobody is to be asked about it. */
  readonly front?: FrontOptions | undefined;
  /** How a service is to cross, where that is decided. */
  readonly decided: (service: string) => DecidedCrossing | undefined;
  /** It is decided that engines that do not answer have nothing to do with the stack. */
  readonly withoutEngine: boolean;
  /** What a service calls, by the files. */
  readonly needs: (service: string) => readonly string[];
}

/** Those that are wanted, and those that an earlier run left on their way. */
export function crossingsInForce({ crossings, isWanted }: CrossingOptions, { cutovers }: State): Crossings {
  return new Map([...crossings].filter(([, { service }]) => {
    const recorded = cutovers.get(service);
    return isWanted(service) || recorded !== undefined && isUnderWay(recorded);
  }));
}

/** What a cutover needs of the run that holds the lock. */
export function crossingOf(
  holding: Holding,
  { crossing, startGuard }: {
    readonly crossing?: CrossingOptions | undefined;
    readonly startGuard?: StartGuard | undefined;
  },
): CutoverContext | undefined {
  if (crossing === undefined || startGuard === undefined) return undefined;
  const { session, options } = holding;
  const lasting = writing({ ...holding, signal: session.lost });
  return {
    oldSide: new OldSide(crossing),
    ...(crossing.withoutEngine ? {} : {
      gates: new Gates({
        ...crossing,
        namespace: options.namespace,
        moved: () => [...session.state.cutovers.keys()],
      }, lasting),
    }),
    guard: startGuard,
    front: crossing.front,
    decided: crossing.decided,
    withoutEngine: crossing.withoutEngine,
    read: (service) => session.state.cutovers.get(service),
    write: (service, cutover) =>
      session.update((state) => {
        const cutovers = new Map(state.cutovers);
        if (cutover === undefined) cutovers.delete(service);
        else cutovers.set(service, cutover);
        return { ...state, cutovers };
      }),
    now: options.now,
    lasting,
  };
}
