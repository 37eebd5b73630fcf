/** How containers go on serving, by an engine that answers in the shape of the Engine's own API (v1.47), by a real socket. */
import { deepEqual, equal, match } from "node:assert/strict";
import type { ClosedContainer } from "../../lib/run/cutover_record.ts";
import { OldSide } from "../../lib/run/old_side.ts";

/** A container of the engine. */
interface Running {
  service: string;
  state: "running" | "exited";
  startedAt: string;
  restart: string;
  health?: string;
  /** It ends after it was looked at so often. */
  looks?: number;
}

const LONG_AGO = "2026-01-01T00:00:00.000Z";
const TOLD = "2026-01-02T00:00:00.000Z";
const PATIENCE_MS = 3_000;

/** An engine that has these containers by id, and what it was told to change. */
async function withEngine(
  containers: Record<string, Running>,
  work: (side: OldSide, closed: (id: string) => ClosedContainer, changes: readonly string[]) => Promise<void>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/engine.sock`;
  const changes: string[] = [];
  const headers = { "API-Version": "1.47" };
  const server = Deno.serve(
    { path, transport: "unix", onListen: () => {} },
    async ({ url, method, body }) => {
      const asked = new URL(url).pathname.replace(/^\/v[\d.]+/, "");
      const [, id = "", action] = /^\/containers\/([^/]+)\/(json|start|update)$/.exec(asked) ?? [];
      const known = containers[id];
      if (asked === "/containers/json") {
        return Response.json(
          Object.entries(containers).map(([Id, { service }]) => ({
            Id,
            Names: [`/shop-${service}-${Id}`],
            Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": service },
          })).filter(() => !url.includes("compose-ferry")),
          { headers },
        );
      }
      if (id === "") return Response.json({ ID: path }, { headers });
      if (known === undefined) {
        return Response.json({ message: "No such container" }, {
          status: 404,
          headers,
        });
      }
      if (method === "POST") {
        changes.push(`${action} ${id}`);
        if (action === "update") {
          const given = await new Response(body).json() as {
            readonly RestartPolicy: { readonly Name: string };
          };
          known.restart = given.RestartPolicy.Name;
        }
        if (action === "start" && known.state === "exited") {
          known.state = "running";
          known.startedAt = new Date().toISOString();
        }
        return new Response(null, { status: 204, headers });
      }
      if (known.looks !== undefined && --known.looks === 0) known.state = "exited";
      return Response.json({
        Id: id,
        Name: `/shop-${known.service}-${id}`,
        Config: {
          Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": known.service },
        },
        HostConfig: {
          RestartPolicy: { Name: known.restart, MaximumRetryCount: 0 },
          NetworkMode: "shop_default",
        },
        State: {
          Status: known.state,
          Running: known.state === "running",
          StartedAt: known.startedAt,
          ExitCode: 0,
          ...(known.health === undefined ? {} : { Health: { Status: known.health } }),
        },
        Mounts: [],
        NetworkSettings: { Networks: { shop_default: {} }, Ports: {} },
      }, { headers });
    },
  );
  const side = new OldSide({
    environment: { DOCKER_HOST: `unix://${path}` },
    project: "shop",
    mayKill: new Set(),
    grace: () => undefined,
    isCalled: () => false,
    patienceMs,
  });
  const closed = (id: string): ClosedContainer => ({
    id,
    name: `shop-db-${id}`,
    host: `unix://${path}`,
    restart: { name: "always", maximumRetryCount: 0 },
  });
  try {
    await work(side, closed, changes);
  } finally {
    await server.shutdown();
    await Deno.remove(directory, { recursive: true });
  }
}

const db = (more: Partial<Running> = {}): Running => ({
  service: "db",
  state: "running",
  startedAt: LONG_AGO,
  restart: "no",
  ...more,
});
const { signal } = new AbortController();

Deno.test("open(): one that was told to end and has not is waited for, and started when it has", () => {
  // Longer than what counts as steady, at ten looks a second.
  const containers = { c1: db({ looks: 30 }) };
  return withEngine(containers, async (side, closed) => {
    deepEqual(await side.open(closed("c1"), signal, { standIn: "first", toldSince: TOLD }), []);
    deepEqual([containers.c1.state, containers.c1.restart], ["running", "always"]);
    equal(containers.c1.startedAt > TOLD, true);
  }, 600_000);
});

Deno.test("open(): one that goes on although it was told to end serves, and that it may end is said", () =>
  withEngine({ c1: db() }, async (side, closed) => {
    const said = await side.open(closed("c1"), signal, { standIn: "first", toldSince: TOLD });
    deepEqual(said.map(({ code, severity }) => [code, severity]), [["run-may-still-end", "warning"]]);
  }));

Deno.test("open(): one that runs and is never healthy serves as it did; its pods go only when it is healthy", () =>
  withEngine({ c1: db({ health: "unhealthy" }) }, async (side, closed) => {
    const severities = async (standIn: "first" | "last"): Promise<readonly unknown[]> =>
      (await side.open(closed("c1"), signal, { standIn })).map(({ code, severity }) => [code, severity]);
    deepEqual(await severities("first"), [["run-container-not-serving", "warning"]]);
    deepEqual(await severities("last"), [["run-container-not-serving", "error"]]);
  }));

Deno.test("open(): one that did not run before may be started again, and is not", () => {
  const containers = { c1: db({ state: "exited" }) };
  return withEngine(containers, async (side, closed, changes) => {
    deepEqual(await side.open({ ...closed("c1"), wasStopped: true }, signal), []);
    deepEqual([containers.c1.state, containers.c1.restart], ["exited", "always"]);
    deepEqual(changes, ["update c1"]);
  });
});

Deno.test("standing(): a container that somebody made anew takes the place of the one that is gone", () =>
  withEngine({ c2: db({ restart: "unless-stopped", state: "exited" }) }, async (side, closed) => {
    const { containers, problems, remarks } = await side.standing([closed("c1")], ["db"]);
    const restart = { name: "unless-stopped", maximumRetryCount: 0 };
    deepEqual(containers, [{ id: "c2", name: "shop-db-c2", host: closed("c1").host, restart }]);
    deepEqual(problems, []);
    match(remarks[0]?.message ?? "", /"shop-db-c1" no longer exists .* and "shop-db-c2" was created instead/);
  }));

Deno.test("standing(): with nothing to go back to it says so, and so it does of an engine that does not answer", () =>
  withEngine({ c9: { ...db(), service: "web" } }, async (side, closed) => {
    const codes = async (container: ClosedContainer): Promise<readonly string[]> =>
      (await side.standing([container], ["db"])).problems.map(({ code }) => code);
    deepEqual(await codes(closed("c1")), ["run-container-gone"]);
    deepEqual(await codes({ ...closed("c1"), host: "unix:///nowhere/docker.sock" }), ["run-engine-failed"]);
    deepEqual((await side.standing([closed("c9")], ["web"])).problems, []);
  }));
