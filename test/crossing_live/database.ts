/** A PostgreSQL with data, moved to the cluster while somebody writes to it, and back. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import type { Output } from "../ferry/namespaces.ts";
import { installPackages } from "../ferry/requirements.ts";
import { type Berth, type Harbour, makeBerth, startContainer, until } from "../guard/berth.ts";
import { engineEnvironment } from "../guard/engine.ts";
import type { Moment } from "./killed_run.ts";
import type { Written } from "./writer.ts";

/** A database in a container, as compose left it, and somebody who writes. */
export interface Moving {
  readonly harbour: Harbour;
  readonly berth: Berth;
  readonly container: string;
  /** Where the writer tells what it did. */
  readonly written: string;
}

/** Debian's package that the writer needs, before the node's namespaces close the network. */
export function installWriterPackages(report: (line: string) => void): Promise<void> {
  return installPackages(report, { "postgresql-client": "/usr/bin/psql" });
}

/**
 * Starts the database in the engine, and the writer.
 *
 * @param prepare what is done to the stack before anything starts
 */
export async function startMoving(
  harbour: Harbour,
  name: string,
  prepare: (berth: Berth) => Promise<void> = () => Promise.resolve(),
): Promise<Moving> {
  const { node } = harbour;
  // The official image says so.
  const berth = await makeBerth(harbour, name, { bay: `    expose: ["5432"]\n` });
  await prepare(berth);
  const container = `${name}-bay-1`;
  await succeeds(compose(harbour, berth, "up", "--detach"));
  await startContainer(harbour, container);
  const written = join(node.directory, `${name}.json`);
  const command = [
    ...[Deno.execPath(), "run", "-A", join(import.meta.dirname ?? "", "writer.ts"), written, container],
    ...[node.kubectlPath, "--kubeconfig", node.kubeconfigPath, "-n", name, "get", "service", "bay"],
  ];
  // It ends when the namespaces are closed.
  void node.run(command, engineEnvironment(node));
  const moving = { harbour, berth, container, written };
  await writes(moving);
  return moving;
}

/** Runs docker compose in the folder of the stack. */
export async function compose(
  { node }: Pick<Harbour, "node">,
  { stack }: Pick<Berth, "stack">,
  ...args: readonly string[]
): Promise<Output> {
  const { "docker-compose": program } = await buildTools(["docker-compose"], () => {});
  return await node.run([program, "--project-directory", stack, ...args], engineEnvironment(node));
}

/** A colleague who starts the stack as ever is refused by the engine, and nothing else happens. */
export async function isRefused(moving: Moving, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await compose(moving.harbour, moving.berth, ...args);
  notEqual(code, 0, stdout + stderr);
  match(stderr, /moved-to-kubernetes not found/);
  await isInCluster(moving);
}

/** Runs `migrate`, and expects that the cluster serves it afterwards and nobody else does. */
export async function cross(moving: Moving): Promise<void> {
  await succeeds(moving.berth.run(["migrate", "--yes", "--cross"]));
  await isInCluster(moving);
}

/** Runs `rollback`, and expects that the container serves it afterwards as before. */
export async function returnIt(moving: Moving): Promise<void> {
  await succeeds(moving.berth.run(["rollback", "--yes", "--service", "bay"]));
  await isInEngine(moving);
}

/** The pod is there and the container keeps still, whatever the engine does. */
export async function isInCluster(moving: Moving): Promise<void> {
  match(await moving.berth.running(), /bay=1 pod\//);
  equal(await containerState(moving), "exited no");
  await writes(moving);
}

/** The container runs, comes back as it always did, and no pod is there. */
export async function isInEngine(moving: Moving): Promise<void> {
  equal(await containerState(moving), "running unless-stopped");
  equal(await moving.berth.running(), "");
  await writes(moving);
}

/** Kills a run when it writes a state; the next one has to end as if nothing had been. @returns what it said */
export async function killed(
  { harbour: { node }, berth }: Moving,
  state: string,
  moment: Moment,
  ...command: readonly string[]
): Promise<string> {
  const script = join(import.meta.dirname ?? "", "killed_run.ts");
  const run = [Deno.execPath(), "run", "-A", script, node.kubeconfigPath, "bay", state, moment];
  return await succeeds(
    node.run([...run, ...command, "--yes", "--stack", berth.stack], engineEnvironment(node)),
  );
}

/** Every row that was acknowledged is there, on whichever side it was written. @returns the longest silence */
export async function nothingIsLost({ harbour, written, container }: Moving): Promise<Written> {
  const told = await readWritten(written);
  const rows = await harbour.engine.docker(
    ...["exec", "--env", "PGPASSWORD=spyglass", container, "psql", "-h", "127.0.0.1", "-U", "harbour"],
    ...["postgres", "-qtAc", "SELECT name FROM ship"],
  );
  const there = new Set(rows.split("\n"));
  ok(there.has("Pelican"), "what lay there before is gone");
  deepEqual(told.acknowledged.filter((row) => !there.has(`row ${row}`)), []);
  return told;
}

/** Waits until the writer has written once more. */
async function writes({ written }: Moving): Promise<void> {
  const before = (await readWritten(written)).acknowledged.length;
  await until(
    "the writer goes on",
    async () => (await readWritten(written)).acknowledged.length > before + 1,
  );
}

async function readWritten(file: string): Promise<Written> {
  const text = await Deno.readTextFile(file).catch(() => `{"acknowledged":[],"longestMs":0}`);
  return JSON.parse(text) as Written;
}

export async function containerState({ harbour, container }: Moving): Promise<string> {
  const format = "{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}";
  return (await harbour.engine.docker("inspect", "--format", format, container)).trim();
}

export async function succeeds(running: Promise<Output>): Promise<string> {
  const { code, stdout, stderr } = await running;
  equal(code, 0, stdout + stderr);
  return stdout + stderr;
}
