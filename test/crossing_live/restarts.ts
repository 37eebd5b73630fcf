/**
 * What a machine goes through in the weeks in which half of a stack has moved: its firewall is loaded anew, the programs of
 * Kubernetes and the engine start again, somebody starts the stack as ever. Each is over when everything is used again.
 */
import { deepEqual, match, notEqual } from "node:assert/strict";
import { join } from "node:path";
import { restartPrograms } from "../ferry/programs.ts";
import { until } from "../guard/berth.ts";
import { engineEnvironment } from "../guard/engine.ts";
import { compose, succeeds } from "./database.ts";
import { container, HALF, isServedBy, type Quay } from "./quay.ts";
import type { Window } from "./windows.ts";

/** Who may go without an answer while it happens, and a moment longer: nobody, or everybody. */
interface Trial {
  readonly name: string;
  readonly interrupts: "nobody" | "everybody";
  run(quay: Quay): Promise<void>;
}

const SUBJECTS = ["site", "app", "admin", "echo", "db", "ledger", "broker"];

/** What "systemctl reload nftables" loads with the file that Debian has: nothing is left of anybody's rules. */
const RELOADED = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter
  }
}
`;

const TRIALS: readonly Trial[] = [
  { name: "the firewall is reloaded", interrupts: "everybody", run: reloadFirewall },
  { name: "the programs of Kubernetes start again", interrupts: "nobody", run: restartNode },
  { name: "the engine is restarted", interrupts: "everybody", run: restartEngine },
  { name: "the engine is killed", interrupts: "everybody", run: killEngine },
  { name: "a colleague starts the stack", interrupts: "nobody", run: startAsEver },
];

/** @returns while each of it lasted, for everybody whom it may have interrupted */
export async function restarts(t: Deno.TestContext, quay: Quay): Promise<readonly Window[]> {
  const windows: Window[] = [];
  const before = await starts(quay);
  for (const { name, interrupts, run } of TRIALS) {
    await t.step(`half moved, ${name}`, async () => {
      const from = Date.now();
      await run(quay);
      // Rules and routes come back one after the other: who is answered once may be missed once more until all are.
      await isServedBy(quay, HALF);
      const to = Date.now();
      if (interrupts === "everybody") {
        windows.push(...SUBJECTS.map((service) => ({ service, direction: name, from, to })));
      }
      deepEqual(await starts(quay), before, "what has moved was started in the engine");
    });
  }
  return windows;
}

/** When each container of what has moved was started last. */
async function starts({ harbour: { engine } }: Quay): Promise<readonly string[]> {
  const said = await engine.docker("inspect", "--format", "{{.State.StartedAt}}", ...HALF.map(container));
  return said.trim().split("\n");
}

/** In k3s they are one process, beside containerd, and pods go on. */
async function restartNode({ harbour: { node } }: Quay): Promise<void> {
  const begun = Date.now();
  await restartPrograms(node, "kubelet", "kube-proxy", "kube-router");
  await until("the kubelet is there again", async () => {
    const lease = await node.kubectl(
      ...["-n", "kube-node-lease", "get", "lease", "main-01", "-o", "jsonpath={.spec.renewTime}"],
    );
    return Date.parse(lease) > begun;
  });
  await until("network policies are enforced again", async () => {
    const { stdout } = await node.run(["iptables", "--list-rules", "FORWARD"]);
    return stdout.includes("KUBE-ROUTER-FORWARD");
  });
}

/** Kubernetes sees to its own rules; who publishes ports of Docker without its own is its userland proxy. */
async function reloadFirewall({ harbour: { node } }: Quay): Promise<void> {
  const file = join(node.directory, "nftables.conf");
  await Deno.writeTextFile(file, RELOADED);
  await succeeds(node.run(["nft", "--file", file]));
  await until("the way to Services is there again", async () => {
    const { stdout } = await node.run(["iptables", "--table", "nat", "--list-rules"]);
    return stdout.includes('"quay/db');
  });
}

async function restartEngine(quay: Quay): Promise<void> {
  await quay.harbour.engine.stop();
  await startEngine(quay);
}

async function killEngine(quay: Quay): Promise<void> {
  await quay.harbour.engine.kill();
  await startEngine(quay);
}

/** With what docs/crossing.md says to install for as long as half has moved. */
async function startEngine({ harbour: { engine, node } }: Quay): Promise<void> {
  await engine.start();
  await succeeds(node.run(["sh", "release/half_moved.sh"], engineEnvironment(node)));
  // What an engine does not bring back, moved or not: "unless-stopped" after a kill, "on-failure" what ended in order.
  await engine.docker("start", ...["broker", "admin"].map(container));
}

async function startAsEver({ harbour, stack }: Quay): Promise<void> {
  const file = join(stack, "docker-compose.yml");
  for (const args of [["up", "--detach"], ["-f", file, "up", "--detach"]]) {
    const { code, stdout, stderr } = await compose(harbour, { stack }, ...args);
    notEqual(code, 0, stdout + stderr);
    match(stderr, /moved-to-kubernetes not found/);
  }
}
