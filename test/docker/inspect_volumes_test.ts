/** Which volumes an engine has. The answers are in the shape of the Engine's own API (v1.40, "VolumeInspect"). */
import assert from "node:assert/strict";
import type { Engine } from "../../lib/docker/engine.ts";
import { inspectVolumes } from "../../lib/docker/inspect_volumes.ts";
import { projectOf } from "./project.ts";

const VOLUMES = {
  p_usual: "/var/lib/docker/volumes/p_usual/_data",
  "its own": "/disk/docker/volumes/its own/_data",
} as Readonly<Record<string, string>>;

Deno.test("volumes of the engine's own disk are asked for by their names there", async () => {
  const asked: string[] = [];
  const engine: Engine = {
    endpoint: { host: "unix:///engine", origin: "test", isInForce: true },
    json: (path) => {
      asked.push(path);
      const name = decodeURIComponent(path.slice("/volumes/".length));
      return Promise.resolve(
        Object.hasOwn(VOLUMES, name)
          ? { Name: name, Driver: "local", Mountpoint: VOLUMES[name], Options: null }
          : undefined,
      );
    },
    bytes: () => Promise.resolve(undefined),
    change: () => Promise.reject(new Error("Nothing is changed by a look")),
    [Symbol.dispose]: () => {},
  };
  const project = {
    ...projectOf({}),
    volumes: {
      usual: {},
      moved: { name: "its own", driver: "local" },
      never: {},
      shared: { driver_opts: { type: "nfs", device: ":/export", o: "addr=10.0.0.9" } },
      plugged: { driver: "rexray" },
    },
  };
  assert.deepEqual(await inspectVolumes(engine, project), {
    places: { moved: "/disk/docker/volumes/its own/_data" },
    mountpoints: {
      usual: "/var/lib/docker/volumes/p_usual/_data",
      moved: "/disk/docker/volumes/its own/_data",
    },
    present: ["usual", "moved"],
    absent: ["never"],
  });
  assert.deepEqual(asked, ["/volumes/p_usual", "/volumes/its%20own", "/volumes/p_never"]);
});
