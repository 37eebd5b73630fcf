/** The quay: a stack of eleven services that people use all the time, in a real engine beside a real node. */
import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyTree } from "../ferry/crossing.ts";
import { NODE_ADDRESS, type Output } from "../ferry/namespaces.ts";
import { startFirewall } from "../ferry/start_kube_router.ts";
import { type Harbour, until } from "../guard/berth.ts";
import { connectClient, ON_CLIENT } from "../guard/front.ts";
import { installManifest, installTraefik } from "../guard/k3s.ts";
import { withCompose } from "../rehearsal_live/copies.ts";
import { makeBridge } from "./bridge.ts";
import { compose, succeeds } from "./database.ts";
import type { Visit } from "./visitors.ts";

/** The stack while it moves. */
export interface Quay {
  readonly harbour: Harbour;
  readonly stack: string;
  /** Runs a command of the tool. */
  run(...command: readonly string[]): Promise<Output>;
  /** Who visited it so far. */
  visits(): Promise<readonly Visit[]>;
}

/** How much goes on in the stack; each row, visit and check costs processes. */
export interface Bustle {
  /** Seconds between two rows of a writer. */
  readonly pace: number;
  /** Milliseconds between two visits of what keeps nothing; all else is visited twice a second. */
  readonly visitMs: number;
  /** Between two health checks of a container, as compose has it. */
  readonly checks: string;
}

const BUSY: Bustle = { pace: 0.3, visitMs: 100, checks: "2s" };

/** Everything that moves in the end, with what brings it back in the engine. */
export const POLICIES: Readonly<Record<string, string>> = {
  db: "unless-stopped",
  ledger: "always",
  broker: "unless-stopped",
  site: "always",
  store: "always",
  app: "always",
  admin: "on-failure:5",
  echo: "always",
};

/** What moves where `decisions_half.yaml` decides: each side calls the other. */
export const HALF = ["db", "ledger", "site", "app", "echo"] as const;

const QUEUE = { name: "log", vhost: "/", durable: true, auto_delete: false, arguments: {} };

/**
 * Starts it in the engine as somebody did long ago, and k3s's Traefik beside it, and lets people in.
 *
 * @param bustle how much goes on
 */
export async function openQuay(harbour: Harbour, bustle = BUSY): Promise<Quay> {
  const { node, engine, template } = harbour;
  const stack = join(node.directory, "quay");
  await copyTree(fileURLToPath(new URL("quay", import.meta.url)), stack);
  await Deno.writeTextFile(join(stack, ".env"), `PACE=${bustle.pace}\nCHECKS=${bustle.checks}\n`);
  await Deno.mkdir(join(stack, "data"));
  await succeeds(node.run(["cp", "--archive", template, join(stack, "data/db")]));
  await engine.docker("build", "--quiet", "--tag", "quay-site", join(stack, "site"));
  await succeeds(compose(harbour, { stack }, "up", "--detach", "--no-build"));
  const definitions = JSON.stringify({ queues: [QUEUE] });
  const queue = `echo '${definitions}' > /tmp/queue.json && rabbitmqctl import_definitions /tmp/queue.json`;
  await engine.docker("exec", container("broker"), "sh", "-c", queue);
  await startFirewall(node);
  await makeBridge(node);
  const file = join(node.directory, "visits.jsonl");
  const environment = await withCompose(node);
  const quay: Quay = {
    harbour,
    stack,
    run: async (command = "", ...args) => {
      const cluster = command === "k3s" ? [] : ["--kubeconfig", node.kubeconfigPath];
      const program = [Deno.execPath(), "run", "--no-prompt", "-A", "main.ts"];
      return await node.run(
        [...program, command, "--stack", stack, ...cluster, ...args],
        environment,
      );
    },
    visits: () => readVisits(file),
  };
  await installClusterTraefik(quay);
  await connectClient(node);
  const visitors = join(import.meta.dirname ?? "", "visitors.ts");
  // They go when the namespaces are closed.
  void node.run([
    ...[...ON_CLIENT, Deno.execPath(), "run", "-A", visitors],
    ...[NODE_ADDRESS, file, `${bustle.visitMs}`],
  ]);
  return quay;
}

/** As k3s does: with the settings that the tool prints for it. */
async function installClusterTraefik({ harbour: { node }, run }: Quay): Promise<void> {
  const { files } = JSON.parse(await succeedsQuietly(run("k3s", "-o", "json"))) as {
    readonly files: readonly { readonly path: string; readonly text: string }[];
  };
  for (const { path, text } of files) if (path.includes("/manifests/")) await installManifest(node, text);
  await installTraefik(node);
}

async function succeedsQuietly(running: Promise<Output>): Promise<string> {
  const { code, stdout, stderr } = await running;
  equal(code, 0, stderr);
  return stdout;
}

export function container(service: string): string {
  return `quay-${service}-1`;
}

/** Waits until every route has been answered rightly since now, and the clerk has written to every server. */
export async function isUsed({ visits, harbour }: Quay): Promise<void> {
  const begun = Date.now();
  await until("everything is used", async () => {
    const seen = await visits();
    for (const route of ["site", "app", "admin", "echo"]) {
      const last = seen.findLast(({ to }) => to === route);
      if (last === undefined || last.begun < begun || last.wrong !== undefined) {
        throw new Error(`${route}: ${last?.wrong ?? "nobody asked"}`);
      }
    }
    for (const server of ["db", "ledger", "broker"]) {
      const log = await harbour.engine.docker("logs", "--since", `${begun / 1000}`, container("clerk"));
      if (!log.includes(`wrote ${server} `)) throw new Error(`nobody writes to ${server}`);
    }
    return true;
  });
}

/** What the engine says of every service that moves: whether it runs, and what brings it back. */
export async function states({ harbour: { engine } }: Quay): Promise<Readonly<Record<string, string>>> {
  const policy = ".HostConfig.RestartPolicy";
  const count = `{{if ${policy}.MaximumRetryCount}}:{{${policy}.MaximumRetryCount}}{{end}}`;
  const format = `{{.State.Status}} {{${policy}.Name}}${count}`;
  const services = Object.keys(POLICIES);
  const found = await engine.docker("inspect", "--format", format, ...services.map(container));
  return Object.fromEntries(found.trim().split("\n").map((state, index) => [services[index] ?? "", state]));
}

/** The others still run where they ran, with what brings them back; all are used. */
export async function isServedBy(quay: Quay, moved: readonly string[]): Promise<void> {
  await isUsed(quay);
  const wanted = Object.entries(POLICIES).map(([service, policy]) => [
    service,
    moved.includes(service) ? "exited no" : `running ${policy}`,
  ]);
  deepEqual(await states(quay), Object.fromEntries(wanted));
  await isUsed(quay);
}

/** Lets another file of the quay decide what moves. */
export async function decide({ stack }: Quay, file: string): Promise<void> {
  await Deno.copyFile(new URL(`quay/${file}`, import.meta.url), join(stack, "decisions.yaml"));
}

/** What this program made in the engine and still is there. */
export async function helpers({ harbour: { engine } }: Quay): Promise<string> {
  const all = await engine.docker(
    ...["ps", "--all", "--format", "{{.Names}}", "--filter", "label=compose-ferry/project=quay"],
  );
  return all.trim();
}

async function readVisits(file: string): Promise<readonly Visit[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  // The last line may be half written.
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Visit);
}
