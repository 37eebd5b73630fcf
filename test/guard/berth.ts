/** One stack with one PostgreSQL, as a container of the engine has run it for long, about to be moved. */
import { join } from "node:path";
import type { Output } from "../ferry/namespaces.ts";
import type { RealNode } from "../ferry/node.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { engineEnvironment, type RealEngine } from "./engine.ts";
import type { Seen } from "./postmasters.ts";

/** A node with an engine and a PostgreSQL that has been used, which every stack gets a copy of. */
export interface Harbour {
  readonly node: RealNode;
  readonly engine: RealEngine;
  /** A data directory of a server that was stopped. */
  readonly template: string;
  /** Where the probe writes what it sees. */
  readonly seen: string;
}

/** A stack of its own: folder, namespace and container have its name. */
export interface Berth {
  readonly name: string;
  readonly stack: string;
  /** The data directory, by its real path. */
  readonly directory: string;
  /** Runs a command of the tool on it, as an operator would. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>, stack?: string): Promise<Output>;
  /** The replicas that its workload shall have, and the pods that it has; empty where there is no workload. */
  running(): Promise<string>;
  /** The most servers that were ever seen on the directory at one time. */
  mostServers(): Promise<number>;
}

/** What differs from a plain database on a directory of the stack. */
export interface BerthOptions {
  /** Lines of the service `bay`. */
  readonly bay?: string;
  /** More services, and what comes after them. */
  readonly more?: string;
  readonly decisions?: string;
  /** Where the data lies; below the stack by default. */
  readonly directory?: string;
}

export const DATA = "/var/lib/postgresql/data";
const PASSWORD = ["POSTGRES_USER=harbour", "POSTGRES_PASSWORD=spyglass"] as const;
const TIMEOUT_MS = 120_000;

/** Lays out the stack with data of its own. Nothing runs. */
export async function makeBerth(harbour: Harbour, name: string, options: BerthOptions = {}): Promise<Berth> {
  const { node } = harbour;
  const stack = join(node.directory, name);
  const directory = options.directory ?? join(stack, "data/bay");
  await Deno.mkdir(stack, { recursive: true });
  await Deno.writeTextFile(join(stack, "docker-compose.yml"), composeFile(name, options));
  await Deno.writeTextFile(
    join(stack, "decisions.yaml"),
    `namespace: ${name}\nstorageId: main-01\ndefaultMigration: applications\n${options.decisions ?? ""}`,
  );
  await Deno.mkdir(join(directory, ".."), { recursive: true });
  await copy(harbour.template, directory);
  return {
    name,
    stack,
    directory,
    run: ([command = "", ...args], env = {}, folder = stack) =>
      node.run([
        ...[Deno.execPath(), "run", "--no-prompt", "-A", "main.ts", command],
        ...["--stack", folder, "--kubeconfig", node.kubeconfigPath, ...args],
      ], { ...engineEnvironment(node), ...env }),
    running: async () => {
      const replicas = await node.kubectl(
        ...["-n", name, "get", "statefulset,deployment", "--ignore-not-found"],
        ...["-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.replicas} {end}"],
      );
      const pods = await node.kubectl(
        ...[
          "-n",
          name,
          "get",
          "pods",
          "-l",
          "app.kubernetes.io/name=bay",
          "-o",
          "name",
          "--ignore-not-found",
        ],
      );
      return `${replicas.trim()} ${pods.trim()}`.trim();
    },
    mostServers: async () => {
      const { dev, ino } = await Deno.stat(directory);
      return (await readSeen(harbour)).most[`${dev}:${ino}`] ?? 0;
    },
  };
}

/** What the probe has seen so far. */
export async function readSeen({ seen }: Harbour): Promise<Seen> {
  return JSON.parse(await Deno.readTextFile(seen)) as Seen;
}

/** Makes the container as compose does; it is not started. */
export async function createContainer({ engine }: Harbour, berth: Berth, source?: string): Promise<string> {
  await engine.docker(
    ...["create", "--name", `${berth.name}-bay-1`, "--restart=unless-stopped"],
    ...[`com.docker.compose.project=${berth.name}`, "com.docker.compose.service=bay"].flatMap((label) => [
      "--label",
      label,
    ]),
    ...PASSWORD.flatMap((variable) => ["--env", variable]),
    ...["--volume", `${source ?? berth.directory}:${DATA}`, "postgres:15"],
  );
  return `${berth.name}-bay-1`;
}

/** Starts a container of PostgreSQL and waits until it serves. */
export async function startContainer({ engine }: Harbour, container: string): Promise<void> {
  await engine.docker("start", container);
  await until(`PostgreSQL in ${container} serves`, async () => {
    await engine.docker("exec", container, "pg_isready", "--quiet", "--host=127.0.0.1");
    return true;
  });
}

/** Asks until the answer is yes. @throws with the last error when it never was. */
export async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  let last: unknown = "no";
  const reached = await waitFor(TIMEOUT_MS, async () => {
    try {
      return await ask() || undefined;
    } catch (error) {
      last = error;
      return undefined;
    }
  });
  if (!reached) throw new Error(`Expected in time that ${what}: ${last}`);
}

/** Copies a directory with owners and modes. */
async function copy(from: string, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", { args: ["--archive", from, to] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function composeFile(name: string, { bay = "", more = "" }: BerthOptions): string {
  return `name: ${name}
services:
  bay:
    image: postgres:15
    restart: unless-stopped
    environment:
${PASSWORD.map((variable) => `      ${variable.replace("=", ": ")}\n`).join("")}${
    bay.includes("volumes:") ? "" : `    volumes: ["./data/bay:${DATA}"]\n`
  }    healthcheck:
      test: ["CMD", "pg_isready", "-h", "127.0.0.1"]
      interval: 2s
      timeout: 5s
      retries: 30
${bay}${more}`;
}
