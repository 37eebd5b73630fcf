/** A stack that still runs in Docker on the machine that is to be the node. The engine's answer has the shape of a real one. */
import assert from "node:assert/strict";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { runFerry } from "./ferry.ts";
import { auditPosition, removeVolumes, writesSince } from "./seen.ts";

const COMPOSE = `name: harbour
services:
  store: { image: "mariadb:10.11", volumes: ["./data/store:/var/lib/mysql"] }
`;

/** An engine on a socket, in which one container runs as long as `isRunning` says so. */
function engine(socket: string, source: string, isRunning: () => boolean): Deno.HttpServer {
  const container = {
    Id: "bd79fc3997c5",
    Names: ["/harbour-store-1"],
    Image: "mariadb:10.11",
    State: "running",
    Labels: { "com.docker.compose.project": "harbour", "com.docker.compose.service": "store" },
    Ports: [{ PrivatePort: 3306, Type: "tcp" }],
    Mounts: [{ Type: "bind", Source: source, Destination: "/var/lib/mysql", Mode: "", RW: true }],
  };
  return Deno.serve({ path: socket, transport: "unix", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/_ping") return new Response("OK", { headers: { "api-version": "1.41" } });
    if (pathname.endsWith("/containers/json")) return Response.json(isRunning() ? [container] : []);
    return Response.json({ message: "No such image" }, { status: 404 });
  });
}

/** A node that says it is this machine, as a kubelet's would. */
async function withNodeHere(cluster: TestCluster, work: () => Promise<void>): Promise<void> {
  const name = `${cluster.prefix}-here`;
  const bootID = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  const node = { apiVersion: "v1", kind: "Node", metadata: { name }, status: { nodeInfo: { bootID } } };
  assert.equal((await cluster.api.request("POST", "/api/v1/nodes", node)).status, 201);
  try {
    await work();
  } finally {
    await cluster.api.request("DELETE", `/api/v1/nodes/${name}`);
  }
}

Deno.test("a stack that still runs on the node's own disk is not started a second time", () =>
  withCluster(async (cluster) => {
    const directory = await Deno.makeTempDir({ prefix: "docker-" });
    let isRunning = true;
    await using _server = engine(`${directory}/socket`, `${directory}/data/store`, () => isRunning);
    try {
      await Deno.mkdir(`${directory}/data/store`, { recursive: true });
      await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
      const decisions = `namespace: ${cluster.prefix}\ndefaultStep: applications\n`;
      await Deno.writeTextFile(`${directory}/decisions.yaml`, decisions);
      const env = { DOCKER_HOST: `unix://${directory}/socket` };
      const run = (...args: string[]): ReturnType<typeof runFerry> =>
        runFerry([...args, "--stack", directory, "--embedded"], { cluster, env });

      await withNodeHere(cluster, async () => {
        const start = await auditPosition(cluster);
        for (const command of [["migrate", "--yes"], ["migrate", "--dry-run"], ["redo", "080", "--yes"]]) {
          const { code, err } = await run(...command);
          assert.equal(code, 1, err);
          assert.match(err, /error\[run-data-in-use\]: Container "harbour-store-1" still runs/);
          assert.match(err, /docker compose -p harbour stop store/);
        }
        assert.deepEqual(await writesSince(cluster, cluster.prefix, start), [], "nothing was written");
        const checked = await run("check");
        assert.equal(checked.code, 3);
        assert.match(checked.out, /error\[run-data-in-use\]/);
        const before = await run("migrate", "--to", "030", "--yes");
        assert.equal(before.code, 0, `volumes and secrets may be made before the stop: ${before.err}`);
        isRunning = false;
        const stopped = await run("migrate", "--yes");
        assert.equal(stopped.code, 0, stopped.err);
        isRunning = true;
        const applied = await run("migrate", "--yes");
        assert.equal(applied.code, 0, `what is applied starts nothing any more: ${applied.err}`);
        const back = await run("rollback", "--to", "030", "--yes");
        assert.equal(back.code, 0, back.err);
        const forced = await run("migrate", "--yes", "--allow-running");
        assert.equal(forced.code, 0, forced.err);
        assert.match(forced.err, /warning\[run-data-in-use\]/);
        assert.equal((await run("rollback", "--to", "030", "--yes")).code, 0);
      });
      const elsewhere = await run("migrate", "--yes");
      assert.equal(elsewhere.code, 0, `the node is another machine: ${elsewhere.err}`);
      assert.doesNotMatch(elsewhere.err, /in-use/);
      await removeVolumes(cluster);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }));
