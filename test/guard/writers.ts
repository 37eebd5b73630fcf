/** What leads to two PostgreSQL servers on one directory where nobody looks. */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import {
  type Berth,
  createContainer,
  DATA,
  type Harbour,
  makeBerth,
  startContainer,
  until,
} from "./berth.ts";

/** One-shot, before the database: whoever makes the file lets the run go on. */
const GATE = `  gate:
    image: busybox:1.37
    restart: "no"
    command: ["sh", "-c", "until [ -e /gate/open ]; do sleep 0.2; done"]
    volumes: ["./gate:/gate"]
`;

/** Refuses to start while the file is there; the container was made before this stood in the file. */
const HOLD = `    entrypoint: ["sh", "-c", "[ ! -e ${DATA}/hold ] || exit 1; exec /usr/local/bin/start"]\n`;

/** Tries one way to two servers, and asserts what the tool says. */
export type Scenario = (harbour: Harbour) => Promise<Berth>;

/** By what is tried. Each gives its stack, whose directory must never have had two. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a container that runs": async (harbour) => {
    const berth = await docked(harbour, "plain");
    await refused(berth.run(["migrate", "--yes"]), /run-data-in-use/);
    return berth;
  },
  "an engine that cannot be reached": async (harbour) => {
    const berth = await docked(harbour, "unreachable");
    await refused(
      berth.run(["migrate", "--yes"], { DOCKER_HOST: "unix:///run/nobody.sock" }),
      /nobody\.sock/,
    );
    return berth;
  },
  "a stack reached by a link": async (harbour) => {
    const berth = await docked(harbour, "linked");
    const link = join(harbour.node.directory, "link");
    await Deno.symlink(berth.stack, link);
    await refused(berth.run(["migrate", "--yes"], {}, link), /run-data-in-use/);
    return berth;
  },
  "a named volume below a data root that was moved": async (harbour) => {
    const { engine, node } = harbour;
    const root = join(node.directory, "docker-of-old");
    await Deno.symlink(engine.root, root);
    const volume = (await engine.docker("volume", "create", "volume_bay")).trim();
    const mountpoint = join(engine.root, "volumes", volume, "_data");
    await Deno.remove(mountpoint);
    const berth = await makeBerth(harbour, "volume", {
      directory: mountpoint,
      bay: `    volumes: ["bay:${DATA}"]\n`,
      more: "volumes:\n  bay: {}\n",
      decisions: `dockerRoot: ${root}\n`,
    });
    await startContainer(harbour, await createContainer(harbour, berth, volume));
    await refused(berth.run(["migrate", "--yes"]), /run-data-in-use/);
    return berth;
  },
  "a container that is paused": async (harbour) => {
    const berth = await docked(harbour, "paused");
    await harbour.engine.docker("pause", "paused-bay-1");
    await refused(berth.run(["migrate", "--yes"]), /run-data-in-use/);
    await harbour.engine.docker("unpause", "paused-bay-1");
    return berth;
  },
  "a container that starts between the first look and the apply": async (harbour) => {
    const berth = await gated(harbour, "between", async (container) => {
      await startContainer(harbour, container);
    });
    return berth;
  },
  "an engine that goes after the first look": (harbour) =>
    gated(harbour, "gone", async (container) => {
      await startContainer(harbour, container);
      await harbour.engine.kill();
    }).finally(() => harbour.engine.start()),
  "a pod of another namespace": async (harbour) => {
    const { node } = harbour;
    const berth = await makeBerth(harbour, "pods");
    const link = join(node.directory, "data-of-pods");
    await Deno.symlink(join(berth.stack, "data"), link);
    const pod = join(node.directory, "stranger.json");
    await Deno.writeTextFile(pod, strangerPod(join(link, "bay")));
    await node.kubectl("apply", "-f", pod);
    await node.kubectl("wait", "--for=condition=Ready", "--timeout=120s", "pod/stranger");
    await until("the probe sees it", async () => await berth.mostServers() === 1);
    await refused(berth.run(["migrate", "--yes"]), /default\/stranger/);
    await node.kubectl("delete", "pod", "stranger");
    return berth;
  },
  "a server that no engine and no cluster knows": async (harbour) => {
    const { node } = harbour;
    const berth = await makeBerth(harbour, "unknown");
    const cgroup = `/${node.directory.slice(node.directory.lastIndexOf("/") + 1)}/unknown`;
    const ctr = async (...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await node.run(["ctr", "--namespace", "k8s.io", ...args]);
      equal(code, 0, stderr);
    };
    await ctr(
      ...["run", "--detach", "--cgroup", cgroup, "--mount"],
      ...[`type=bind,src=${berth.directory},dst=${DATA},options=rbind:rw`],
      ...["docker.io/library/postgres:15", "unknown"],
    );
    await until("the probe sees it", async () => await berth.mostServers() === 1);
    await refused(berth.run(["migrate", "--yes"]), /postgres/);
    await ctr("task", "kill", "--signal", "SIGKILL", "unknown");
    return berth;
  },
  "a start that fails, and then the old container": async (harbour) => {
    const { engine } = harbour;
    const berth = await makeBerth(harbour, "failing", { bay: HOLD });
    const container = await createContainer(harbour, berth);
    await startContainer(harbour, container);
    await engine.docker("stop", container);
    await Deno.writeTextFile(join(berth.directory, "hold"), "");
    await refused(berth.run(["migrate", "--yes"]), /bay/);
    await Deno.remove(join(berth.directory, "hold"));
    await startContainer(harbour, container);
    // Where a pod still tries again, it will be seen; where none is there, nothing can happen any more.
    await until(
      "there is no pod that tries again",
      async () => await berth.running() === "bay=0" || await berth.mostServers() > 1,
    );
    equal(await berth.running(), "bay=0");
    await engine.docker("stop", container);
    const { code, stdout, stderr } = await berth.run(["migrate", "--yes"]);
    equal(code, 0, stdout + stderr);
    match(await berth.running(), /^bay=1 /);
    return berth;
  },
};

/** A stack whose container runs. */
async function docked(harbour: Harbour, name: string): Promise<Berth> {
  const berth = await makeBerth(harbour, name);
  await startContainer(harbour, await createContainer(harbour, berth));
  await until("the probe sees it", async () => await berth.mostServers() === 1);
  return berth;
}

/** A stack whose container is stopped at the first look, and something happens before the database is started. */
async function gated(
  harbour: Harbour,
  name: string,
  meanwhile: (container: string) => Promise<void>,
): Promise<Berth> {
  const berth = await makeBerth(harbour, name, {
    more: GATE,
    decisions: "services: { bay: { migration: applications }, gate: { step: schema, kind: Job } }\n",
  });
  await Deno.mkdir(join(berth.stack, "gate"));
  const container = await createContainer(harbour, berth);
  const run = berth.run(["migrate", "--yes"]);
  const ended = run.then(({ stdout, stderr }) => Promise.reject(new Error(`It ended: ${stdout}${stderr}`)));
  const waits = until(
    "the run waits before the database",
    async () =>
      (await harbour.node.kubectl("-n", name, "get", "pods", "-o", "jsonpath={.items[*].status.phase}")) ===
        "Running",
  );
  await Promise.race([waits, ended]);
  ended.catch(() => {});
  await meanwhile(container);
  await Deno.writeTextFile(join(berth.stack, "gate/open"), "");
  await refused(run, /bay/);
  return berth;
}

/** The run ends with an error that says why, and its database does not run. */
async function refused(running: ReturnType<Berth["run"]>, message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await running;
  equal(code, 1, stdout + stderr);
  match(stderr, message);
}

function strangerPod(path: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "stranger" },
    spec: {
      containers: [{
        name: "postgres",
        image: "postgres:15",
        volumeMounts: [{ name: "data", mountPath: DATA }],
      }],
      volumes: [{ name: "data", hostPath: { path, type: "Directory" } }],
    },
  });
}
