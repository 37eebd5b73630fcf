/** A copy is made in the engine that runs the stack, and volumes that this one does not have are named. */
import assert from "node:assert/strict";
import type { KnownEngine } from "../../lib/docker/engines.ts";
import { emptyVolumes } from "../../lib/rehearsal/empty_volumes.ts";
import { runningEngine, variablesFor } from "../../lib/rehearsal/running_engine.ts";
import { type SmallContainer, smallEngine } from "./small_engine.ts";

/** With a container of each project, in these states. */
function known(title: string, isInForce: boolean, states: readonly string[], project = "shop"): KnownEngine {
  const containers = states.map((state, index): SmallContainer => ({
    name: `${index}`,
    labels: { "com.docker.compose.project": project },
    state: { Status: state },
  }));
  const engine = smallEngine({ containers });
  return {
    engine: { ...engine, endpoint: { ...engine.endpoint, host: `unix:///${title}` } },
    title,
    root: "",
    isInForce,
  };
}

async function chosen(...engines: readonly KnownEngine[]): Promise<string | undefined> {
  return (await runningEngine(engines, "shop"))?.title;
}

Deno.test("the engine that runs the project is chosen, in force or not", async () => {
  const up = "running";
  assert.equal(await chosen(known("roots", true, []), known("rootless", false, [up])), "rootless");
  assert.equal(
    await chosen(known("roots", true, ["exited", "exited"]), known("rootless", false, [up])),
    "rootless",
  );
  assert.equal(
    await chosen(known("roots", true, [up, up], "other"), known("rootless", false, ["exited"])),
    "rootless",
  );
  assert.equal(await chosen(known("rootless", false, [up]), known("roots", true, [up])), "roots");
  assert.equal(await chosen(known("rootless", false, []), known("roots", true, [])), "roots");
  assert.equal(await chosen(), undefined);
});

Deno.test("docker compose is told of an engine that it would not ask", () => {
  const shell = { PATH: "/bin", DOCKER_CONTEXT: "far", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/c" };
  assert.deepEqual(variablesFor(known("roots", true, []), shell), shell);
  assert.deepEqual(variablesFor(known("rootless", false, []), shell), {
    PATH: "/bin",
    DOCKER_HOST: "unix:///rootless",
  });
});

Deno.test("each volume that begins empty is named, other than in memory", () => {
  const places = {
    copies: [{ from: "/live/rows", to: "/copy/rows", volume: "rows" }],
    bind: (source: string) => source,
    volumes: new Map([["rows", "/copy/rows"], ["letters", "/copy/letters"], ["memory", undefined]]),
  };
  assert.deepEqual(
    emptyVolumes(places, "Docker Engine at unix:///x").map(({ severity, message }) => [severity, message]),
    [
      ["warning", 'Volume "letters" is empty in the copy: Docker Engine at unix:///x does not have it'],
    ],
  );
});
