/** A database that runs moves from a real Docker Engine to a real node and back, while it is used. */
import { cross, isInCluster, isRefused, nothingIsLost, returnIt } from "./database.ts";
import { onMoving, report } from "./on_moving.ts";

onMoving("what runs as a container moves to a real node and back", async (t, moving) => {
  const { harbour: { engine }, berth } = moving;
  await t.step("a PostgreSQL moves while somebody writes to it", () => cross(moving));
  await t.step("while it is in the cluster no colleague and no engine starts a second one", async () => {
    await isRefused(moving, "up", "--detach");
    await isRefused(moving, "-f", `${berth.stack}/docker-compose.yml`, "up", "--detach");
    await isRefused(moving, "start");
    await engine.kill();
    await engine.start();
    await isInCluster(moving);
  });
  await t.step("it goes back with what was written", async () => {
    await returnIt(moving);
    const { acknowledged, longestMs } = await nothingIsLost(moving);
    report(`${acknowledged.length} rows, nobody could write for at most ${longestMs} ms`);
  });
});
