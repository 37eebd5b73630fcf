/** Runs that move a database to a real node and back, killed at every state: the next one ends as if nothing had been. */
import { cross, isInCluster, isInEngine, killed, returnIt } from "./database.ts";
import type { Moment } from "./killed_run.ts";
import { onMoving } from "./on_moving.ts";

/** Where a run is killed on its way there. */
const THERE: readonly (readonly [string, Moment])[] = [
  ["prepared", "after"],
  ["closing", "before"],
  ["closing", "after"],
  ["closing", "during"],
  ["closed", "after"],
  ["opening", "after"],
  ["opening", "during"],
  ["verified", "before"],
  ["verified", "after"],
];

/** And on its way back. */
const BACK: readonly (readonly [string, Moment])[] = [
  ["back", "before"],
  ["back", "after"],
  ["back", "during"],
  ["gone", "before"],
  ["gone", "after"],
];

onMoving("a run that is killed is finished by the next one, on a real node", async (t, moving) => {
  for (const [state, moment] of THERE) {
    await t.step(`killed ${moment} "${state}" on its way there, the next run moves it`, async () => {
      await killed(moving, state, moment, "migrate", "--cross");
      await cross(moving);
      await returnIt(moving);
    });
  }
  for (const [state, moment] of BACK) {
    await t.step(`killed ${moment} "${state}" on its way back, the next run takes it back`, async () => {
      await cross(moving);
      await isInCluster(moving);
      await killed(moving, state, moment, "rollback", "--service", "bay");
      if (state === "gone" && moment === "after") await isInEngine(moving);
      else await returnIt(moving);
    });
  }
});
