/** The node's port 80 on its way: from Docker's Traefik to the cluster's and back, looked at from another machine. */
import { equal } from "node:assert/strict";
import { join } from "node:path";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import type { Answer } from "../ferry/request.ts";
import { NODE_ADDRESS } from "../ferry/namespaces.ts";
import { type Harbour, until } from "./berth.ts";
import { engineEnvironment } from "./engine.ts";
import { installManifest, installTraefik, serveLoadBalancers } from "./k3s.ts";

const HOST = "site.test";

/** Says on which side it runs. Docker's Traefik is the real one, by a program that lies on the machine. */
const COMPOSE = `name: front
services:
  traefik:
    image: traefik:v3.6.7
    command: ["--entrypoints.web.address=:80", "--providers.docker=true"]
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  site:
    image: busybox:1.37
    command: ["sh", "-c", "mkdir /www; echo \\"$\${KUBERNETES_SERVICE_HOST:-docker}\\" > /www/index.html; exec httpd -f -p 8080 -h /www"]
    expose: ["8080"]
    stop_grace_period: 1s
    labels:
      traefik.http.routers.site.rule: Host(\`${HOST}\`)
`;

const DECISIONS = "namespace: front\nstorageId: main-01\ndefaultMigration: applications\n";

/** What port 80 answers: which side it comes from, or the status. */
type Look = () => Promise<string>;

/** One stack with Docker's Traefik in front of it, running, and a client. */
export interface Front {
  readonly look: Look;
  /** Runs a command of the tool on the stack. @throws when it fails. */
  run(...command: readonly string[]): Promise<string>;
}

/** Starts the stack in the engine. */
export async function startFront({ node, engine }: Harbour): Promise<Front> {
  const stack = join(node.directory, "front");
  await Deno.mkdir(stack);
  await Deno.writeTextFile(join(stack, "docker-compose.yml"), COMPOSE);
  await Deno.writeTextFile(join(stack, "decisions.yaml"), DECISIONS);
  const { traefik } = await buildTools(["traefik"], () => {});
  await engine.docker(
    ...[
      "run",
      "--detach",
      "--name",
      "front-site-1",
      "--label",
      `traefik.http.routers.site.rule=Host(\`${HOST}\`)`,
    ],
    ...["--expose", "8080", "busybox:1.37", "sh", "-c"],
    "mkdir /www; echo docker > /www/index.html; exec httpd -f -p 8080 -h /www",
  );
  await engine.docker(
    ...["run", "--detach", "--name", "front-traefik-1", "--publish", "80:80"],
    ...["--volume", "/var/run/docker.sock:/var/run/docker.sock:ro", "--volume", `${traefik}:/traefik:ro`],
    ...["busybox:1.37", "/traefik", "--entrypoints.web.address=:80", "--providers.docker=true"],
  );
  await connectClient(node);
  return {
    look: lookFrom(node),
    run: async (...command) => {
      const { code, stdout, stderr } = await node.run([
        ...[Deno.execPath(), "run", "--no-prompt", "-A", "main.ts", ...command],
        ...[
          "--stack",
          stack,
          ...(command[0] === "k3s" ? [] : ["--kubeconfig", node.kubeconfigPath, "--yes"]),
        ],
      ], engineEnvironment(node));
      equal(code, 0, stdout + stderr);
      return stdout;
    },
  };
}

/** What a command begins with that runs on another machine of the node's network. */
export const ON_CLIENT = ["ip", "netns", "exec", "client"] as const;

/** Another machine on the node's network, as the node's own requests take another way. */
export async function connectClient({ run }: Harbour["node"]): Promise<void> {
  for (
    const command of [
      "ip netns add client",
      "ip link add client0 type veth peer name eth0 netns client",
      "ip link set client0 master node0 up",
      "ip -n client address add 10.40.0.2/24 dev eth0",
      "ip -n client link set eth0 up",
      `ip -n client route add default via ${NODE_ADDRESS}`,
    ]
  ) {
    const { code, stderr } = await run(command.split(" "));
    equal(code, 0, `${command}: ${stderr}`);
  }
}

function lookFrom({ run }: Harbour["node"]): Look {
  return async () => {
    const script = join(import.meta.dirname ?? "", "../ferry/request.ts");
    const { code, stdout } = await run([
      ...[...ON_CLIENT, Deno.execPath(), "run", "-A", script],
      ...[`http://${NODE_ADDRESS}/`, HOST],
    ]);
    if (code !== 0) return "no answer";
    const { status, body } = JSON.parse(stdout) as Answer;
    return status !== 200 ? String(status) : body.trim() === "docker" ? "docker" : "cluster";
  };
}

type Step = (name: string, run: () => Promise<void>) => Promise<boolean>;

/** Docker answers from the installation of k3s until the front is moved, and again after a rollback. */
export async function moveFront(step: Step, harbour: Harbour): Promise<void> {
  const { node } = harbour;
  const front = await startFront(harbour);
  const answers = (side: string): Promise<void> =>
    until(`port 80 answers from the side of ${side}`, async () => {
      const answer = await front.look();
      if (answer !== side) throw new Error(answer);
      return true;
    });
  await answers("docker");
  await using balancer = serveLoadBalancers(node);
  const stays = async (side: string): Promise<void> => {
    await balancer.settled();
    equal(await front.look(), side);
  };
  await step("Docker keeps port 80 when k3s is installed with the printed settings", async () => {
    const { files } = JSON.parse(await front.run("k3s", "-o", "json")) as {
      readonly files: readonly { readonly path: string; readonly text: string }[];
    };
    for (const { path, text } of files) {
      if (path.includes("/manifests/")) await installManifest(node, text);
    }
    await installTraefik(node);
    await stays("docker");
  });
  await step("it keeps it when everything is moved but the front", async () => {
    await front.run("migrate", "--to", "110");
    await installTraefik(node);
    await stays("docker");
  });
  await step("the cluster has it when the front is moved", async () => {
    await front.run("migrate");
    await answers("cluster");
  });
  await step("Docker has it again when the front is rolled back", async () => {
    await front.run("rollback", "--to", "110");
    await answers("docker");
    await front.run("migrate");
    await answers("cluster");
  });
  await step("and when all is rolled back to Traefik's settings", async () => {
    await front.run("rollback", "--to", "040");
    await installTraefik(node);
    await stays("docker");
  });
}
