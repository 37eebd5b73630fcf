/**
 * A run is killed when a state of a cutover is in the record and nothing of what follows is done: each state once, there
 * and back. The other half is killed_before_test.ts.
 */
import { type Kill, killedAtEach } from "./killed_each.ts";
import { onEngine } from "./harbour.ts";
import { ORDERLY, startStore, STATES, STORE } from "./store.ts";

onEngine(
  "a run that is killed after it has recorded a state is finished by the next one",
  async (harbour) => {
    await startStore(harbour, ORDERLY);
    await killedAtEach(
      harbour,
      STORE,
      STATES.map((state): Kill => [state, "after"]),
      [["back", "after"], ["gone", "before"]],
    );
  },
);
