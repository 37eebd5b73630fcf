/** What containers tell. The answers are in the shape of the Engine's own API (v1.40, "ContainerInspect"). */
import assert from "node:assert/strict";
import type { Engine } from "../../lib/docker/engine.ts";
import { inspectContainers, writtenPaths } from "../../lib/docker/inspect_containers.ts";
import { projectOf } from "./project.ts";

const HASH = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

interface Stood {
  readonly service: string;
  readonly status?: string;
  readonly exitCode?: number;
  readonly restart?: string;
  readonly oneOff?: boolean;
  readonly mounts?: readonly unknown[];
  readonly changes?: readonly unknown[];
}

/** An engine with these containers, and what it was asked. */
function engineWith(containers: Readonly<Record<string, Stood>>): Engine & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (id: string): unknown => {
    const { status = "running", exitCode = 0, restart = "no", mounts = [] } = containers[id] ??
      { service: "" };
    return {
      State: { Status: status, Running: status === "running", ExitCode: exitCode },
      HostConfig: { RestartPolicy: { Name: restart }, Tmpfs: { "/scratch": "size=8m" } },
      Mounts: mounts,
    };
  };
  return {
    asked,
    endpoint: { host: "unix:///engine", origin: "test", isInForce: true },
    json: (path) => {
      asked.push(path);
      if (path.startsWith("/containers/json")) {
        return Promise.resolve(
          Object.entries(containers).map(([Id, { service, oneOff = false }]) => ({
            Id,
            Labels: {
              "com.docker.compose.service": service,
              "com.docker.compose.oneoff": oneOff ? "True" : "False",
            },
          })),
        );
      }
      const [, id = "", what = ""] = /^\/containers\/([^/]+)\/(.*)$/.exec(path) ?? [];
      return Promise.resolve(what === "changes" ? containers[id]?.changes ?? null : answer(id));
    },
    bytes: () => Promise.resolve(undefined),
    change: () => Promise.reject(new Error("Nothing is changed by a look")),
    [Symbol.dispose]: () => {},
  };
}

const project = projectOf(
  Object.fromEntries(["web", "setup", "bot", "failed", "watch"].map((name) => [name, { name, image: "i" }])),
);

Deno.test("what ended with success while others run has ended; what failed, is started again or was a run has not", async () => {
  const engine = engineWith({
    a1: { service: "web" },
    b2: { service: "setup", status: "exited" },
    b3: { service: "setup", status: "exited", restart: "on-failure" },
    c4: { service: "bot", status: "exited", restart: "unless-stopped" },
    d5: { service: "failed", status: "exited", exitCode: 1 },
    e6: { service: "watch", status: "exited", oneOff: true },
    f7: { service: "gone", status: "exited" },
  });
  const { ended } = await inspectContainers(engine, project);
  assert.deepEqual(ended, { web: false, setup: true, bot: false, failed: false });
  assert.ok(engine.asked.every((path) => !path.endsWith("/changes")), "nobody asks for layers");
});

Deno.test("where the whole project is stopped nothing has ended by itself", async () => {
  const { ended } = await inspectContainers(
    engineWith({ a1: { service: "web", status: "exited" }, b2: { service: "setup", status: "exited" } }),
    project,
  );
  assert.deepEqual(ended, { web: false, setup: false });
});

Deno.test("a second container of a service that goes on keeps it a server", async () => {
  const { ended } = await inspectContainers(
    engineWith({ a1: { service: "web" }, a2: { service: "web", status: "exited" } }),
    project,
  );
  assert.deepEqual(ended, { web: false });
});

Deno.test("directories of volumes that nobody named are told, of no others", async () => {
  const source = `/var/lib/docker/volumes/${HASH}/_data`;
  const { volumes } = await inspectContainers(
    engineWith({
      a1: {
        service: "web",
        mounts: [
          { Type: "volume", Name: HASH, Source: source, Destination: "/data" },
          {
            Type: "volume",
            Name: "p_named",
            Source: "/var/lib/docker/volumes/p_named/_data",
            Destination: "/named",
          },
          { Type: "bind", Source: "/srv", Destination: "/srv" },
        ],
      },
      b2: { service: "setup" },
    }),
    project,
  );
  assert.deepEqual(volumes, { web: { "/data": source } });
});

Deno.test("what a container wrote into itself is told where layers are asked for", async () => {
  const { written } = await inspectContainers(
    engineWith({
      a1: {
        service: "web",
        changes: [{ Path: "/opt", Kind: 0 }, { Path: "/opt/state.db", Kind: 1 }, { Path: "/gone", Kind: 2 }],
      },
      b2: { service: "setup" },
    }),
    project,
    { layers: true },
  );
  assert.deepEqual([...written], [["web", ["/opt/state.db"]]]);
});

Deno.test("writtenPaths() leaves out places of mounts, what is fleeting and what the engine itself makes", () => {
  const answer = {
    HostConfig: { Tmpfs: { "/scratch": "" } },
    Mounts: [{ Destination: "/srv/data" }, { Destination: "/etc/app.conf" }],
  };
  const paths = [
    "/srv",
    "/srv/data",
    "/etc",
    "/etc/app.conf",
    "/etc/hosts",
    "/etc/passwd",
    "/run/app.pid",
    "/tmp/x",
    "/scratch",
    "/var/lib/app/app.db",
    "/var/lib/app",
    "/var/runner",
  ];
  assert.deepEqual(writtenPaths(paths.map((Path) => ({ Path, Kind: 1 })), answer), [
    "/etc/passwd",
    "/var/lib/app/app.db",
    "/var/runner",
  ]);
  for (const changes of [null, undefined, {}, [{}], [{ Path: 5 }]]) {
    assert.deepEqual(writtenPaths(changes, {}), []);
  }
});
