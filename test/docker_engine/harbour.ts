/** A real Docker Engine and the real API server, side by side: a stack, its containers, and the command line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Moment } from "../crossing_live/killed_run.ts";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, runFerry } from "../crossing/ferry.ts";
import { removeVolumes } from "../crossing/seen.ts";
import { IMAGE, startEngine, type TestEngine, whyNoEngine } from "./engine.ts";

const COMPOSE = `name: harbour
services:
  store: { image: "mariadb:10.11", volumes: ["./data/store:/var/lib/mysql", "named:/more"] }
  reader: { image: "nginx:1.27", ports: ["127.0.0.1:8080:80"], volumes: ["./data/store:/store:ro", "./shared:/shared"] }
  writer: { image: "nginx:1.27", volumes: ["./shared:/shared"] }
volumes: { named: {} }
`;

/** What a test works with. */
export interface Harbour {
  readonly cluster: TestCluster;
  readonly engine: TestEngine;
  readonly directory: string;
  /** Runs the program on the stack, with the engine in force unless it says otherwise. */
  ferry(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts a container that is the service's, unless it says otherwise. */
  container(name: string, service: string, ...args: readonly string[]): Promise<string>;
}

/** A node that says it is this machine, with the disks that the stack lies on. */
async function withNodeHere(cluster: TestCluster, work: () => Promise<void>): Promise<void> {
  const name = `${cluster.prefix}-here`;
  const bootID = (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim();
  const metadata = { name, labels: { "storage-id": "main-01" } };
  const node = { apiVersion: "v1", kind: "Node", metadata, status: { nodeInfo: { bootID } } };
  assert.equal((await cluster.api.request("POST", "/api/v1/nodes", node)).status, 201);
  try {
    await work();
  } finally {
    await cluster.api.request("DELETE", `/api/v1/nodes/${name}`);
  }
}

/** Opens one, and leaves nothing of it behind. */
export async function withHarbour(work: (harbour: Harbour) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "guard-" }));
  await withCluster(async (cluster) => {
    await using engine = await startEngine(directory);
    for (const folder of ["data/store", "shared"]) {
      await Deno.mkdir(`${directory}/stack/${folder}`, { recursive: true });
    }
    await Deno.writeTextFile(`${directory}/stack/compose.yaml`, COMPOSE);
    await Deno.writeTextFile(
      `${directory}/stack/decisions.yaml`,
      `namespace: ${cluster.prefix}\ndefaultMigration: applications\ndockerRoot: ${engine.dataRoot}\n`,
    );
    const harbour: Harbour = {
      cluster,
      engine,
      directory,
      ferry: (args, env = { DOCKER_HOST: engine.host }) =>
        runFerry([
          ...args,
          ...(args.includes("--stack") ? [] : ["--stack", `${directory}/stack`]),
          "--embedded",
        ], {
          cluster,
          env: { HOME: directory, ...env },
        }),
      container: (name, service, ...args) => {
        const labels = [
          "--label",
          "com.docker.compose.project=harbour",
          "--label",
          `com.docker.compose.service=${service}`,
        ];
        return engine.docker(
          "run",
          "--detach",
          "--network",
          "none",
          "--name",
          name,
          ...labels,
          ...args,
          IMAGE,
          "sleep",
          "1000",
        );
      },
    };
    await withNodeHere(cluster, () => work(harbour));
    await removeVolumes(cluster);
  });
  await Deno.remove(directory, { recursive: true });
}

/** Runs a command on the stack, and kills it when it writes that state of the service. */
export async function killAt(
  { cluster, engine, directory }: Harbour,
  service: string,
  state: string,
  moment: Moment,
  ...command: readonly string[]
): Promise<void> {
  const script = join(import.meta.dirname ?? "", "../crossing_live/killed_run.ts");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", script, cluster.kubeconfigPath, service, state, moment],
      ...[...command, "--yes", "--stack", `${directory}/stack`],
    ],
    env: { DOCKER_HOST: engine.host, HOME: directory, NO_COLOR: "1", ...cluster.env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** The one finding of that code, or nothing. */
export function finding({ err, out }: Ended, code: string): string {
  return `${err}${out}`.split("\n").find((line) => line.includes(`[${code}]`)) ?? "";
}

/** A test that needs an engine. */
export const onEngine = (name: string, work: (harbour: Harbour) => Promise<void>): void => {
  const why = whyNoEngine();
  Deno.test({
    name: `${name}${why === undefined ? "" : ` (skipped: ${why})`}`,
    ignore: why !== undefined,
    fn: () => withHarbour(work),
  });
};
