/**
 * A run is killed when all of a state of a cutover is done and the next one is not in the record yet: each state once,
 * there and back. The other half is killed_after_test.ts.
 */
import { type Kill, killedAtEach } from "./killed_each.ts";
import { onEngine } from "./harbour.ts";
import { ORDERLY, startStore, STATES, STORE } from "./store.ts";

onEngine("a run that is killed before it records a state is finished by the next one", async (harbour) => {
  await startStore(harbour, ORDERLY);
  await killedAtEach(
    harbour,
    STORE,
    STATES.map((state): Kill => [state, "before"]),
    [["back", "before"]],
  );
});
