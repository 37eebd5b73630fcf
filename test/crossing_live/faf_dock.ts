/** FAF's stack, started by docker compose in a real engine beside a real node, with stand-ins for its images. */
import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { fafStack, type StackCopy, withoutLoginClients } from "../crossing/stacks.ts";
import type { Image } from "../ferry/image.ts";
import { FILLING, WAITING } from "../ferry/images.ts";
import { NODE_ADDRESS, type Output } from "../ferry/namespaces.ts";
import { type RealNode, startNode } from "../ferry/node.ts";
import { installPackages } from "../ferry/requirements.ts";
import { installFirewallPackages, startFirewall } from "../ferry/start_kube_router.ts";
import { type PrintedProject, printProject } from "../ferry/stand_ins.ts";
import { ENGINE_PACKAGES, engineEnvironment, type RealEngine, startEngine } from "../guard/engine.ts";
import { connectClient, ON_CLIENT } from "../guard/front.ts";
import { installManifest, installTraefik } from "../guard/k3s.ts";
import { makeCertificate } from "../traefik/certificate.ts";
import type { Called } from "./callers.ts";
import { compose } from "./database.ts";
import { type Kept, keptBy } from "./journals.ts";
import { keepingImages } from "./keeping_images.ts";
import { withTraefikImage } from "./traefik_image.ts";
import type { Visit } from "./visitors.ts";

/** As the operators' folder is called. */
export const PROJECT = "faf-stack";
export const NAMESPACE = "faf";
const DOMAIN = "faforever.localhost";

/** Publishes the same port as the one that took its place, so that Docker starts one of them. */
const NOT_STARTED = "faf-aio-replayserver";

/** Those whose stand-in does not hear that it is to end. */
const DEAF = new Set(["voting"]);

/** Images that are not known to many. */
const EXPOSED = { unitdb: [80] };

/** By the machine's ports: routes of Docker's Traefik, and then of the cluster's, and ports that services publish. */
export const CALLED: readonly Called[] = [
  ...Object.entries({
    "faf-website": "www",
    "faf-java-api": "api",
    "faf-content": "content",
    "faf-wordpress": "direct",
    "faf-postal": "postal",
    "faf-rabbitmq": "rabbitmq",
    "faf-ory-hydra": "hydra",
    "faf-user-service": "user",
    "faf-telemetry-server": "ice-telemetry",
    "phpbb3-archive": "forums",
    "nodebb": "forum",
    "wikijs": "wiki",
    "unitdb": "unitdb",
    "voting": "voting",
    "grafana": "grafana",
  }).map(([service, name]) => ({ service, host: `${name}.${DOMAIN}`, port: 443, isSecure: true })),
  ...Object.entries({ "faf-python-server": 8001, "faf-ircd": 6667, "faf-rust-replayserver": 15_000 }).map((
    [service, port],
  ) => ({ service, host: DOMAIN, port, isSecure: false })),
];

/** The stack while it is tested. */
export interface Dock {
  readonly node: RealNode;
  readonly engine: RealEngine;
  readonly project: PrintedProject;
  /** Where its services write. */
  readonly kept: readonly Kept[];
  /** Runs a command of the tool. */
  run(...command: readonly string[]): Promise<Output>;
  /** The calls so far. */
  calls(): Promise<readonly Visit[]>;
}

/** Starts everything, and lets people call. It ends with the node. */
export async function openDock(report: (line: string) => void): Promise<Dock & AsyncDisposable> {
  await installPackages(report, ENGINE_PACKAGES);
  await installFirewallPackages(report);
  const stack = await prepareStack();
  try {
    return await openWith(stack, report);
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

async function openWith(stack: StackCopy, report: (line: string) => void): Promise<Dock & AsyncDisposable> {
  const flags = stack.flags.filter((flag) => flag !== "--embedded");
  const project = await printProject(flags);
  const keeps = (source: string): boolean =>
    source.startsWith(join(stack.directory, "data/")) ||
    source === join(stack.directory, "config/faf-qai");
  const kept = keptBy(project, keeps).filter(({ service }) => service !== NOT_STARTED);
  for (const { directory } of kept) await Deno.mkdir(directory, { recursive: true });
  await Deno.mkdir(join(stack.directory, "data/wikijs/authentication/faf-hydra"), { recursive: true });
  const node = await startDockNode(stack, project, keeps, report);
  try {
    report("Starting a Docker Engine");
    const engine = await startEngine(node);
    const file = join(node.directory, "calls.jsonl");
    const dock: Dock = {
      node,
      engine,
      project,
      kept,
      run: async (command = "", ...args) => {
        const cluster = command === "k3s" ? [] : ["--kubeconfig", node.kubeconfigPath];
        const program = [Deno.execPath(), "run", "--no-prompt", "-A", "main.ts"];
        return await node.run([...program, command, ...flags, ...cluster, ...args], engineEnvironment(node));
      },
      calls: () => readCalls(file),
    };
    await start(dock, stack);
    await startFirewall(node);
    await installClusterTraefik(dock);
    await letCall(node, file);
    const close = async (): Promise<void> => {
      await node[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
    };
    return { ...dock, [Symbol.asyncDispose]: close };
  } catch (error) {
    await node[Symbol.asyncDispose]();
    throw error;
  }
}

async function startDockNode(
  stack: StackCopy,
  { services: { "faf-traefik": _front, ...services } }: PrintedProject,
  keeps: (source: string) => boolean,
  report: (line: string) => void,
): Promise<RealNode> {
  return await withTraefikImage(report, async (traefik) => {
    const keeping = { keeps, deaf: DEAF, exposed: EXPOSED };
    const images = await keepingImages(stack.directory, { services }, keeping);
    const programs = ["docker-compose", "traefik", "kube-router"] as const;
    return await startNode([WAITING, FILLING, fafTraefik(traefik), ...images], report, programs);
  });
}

/** On another machine of the node's network. They go when the namespaces are closed. */
async function letCall(node: RealNode, file: string): Promise<void> {
  await connectClient(node);
  const callers = join(import.meta.dirname ?? "", "callers.ts");
  const command = [Deno.execPath(), "run", "-A", callers, NODE_ADDRESS, file, JSON.stringify(CALLED)];
  void node.run([...ON_CLIENT, ...command]);
}

/** Its operators' copy, with certificates as if they had been fetched, and nothing of it in a folder of the machine's. */
async function prepareStack(): Promise<StackCopy> {
  const stack = await fafStack(NAMESPACE);
  if (stack === undefined) throw new Error("FAF's stack went away");
  const { directory } = stack;
  await withoutLoginClients(stack);
  const decisions = join(directory, "decisions.yaml");
  const text = await Deno.readTextFile(decisions);
  await Deno.writeTextFile(
    decisions,
    text.replace(/^traefik:\n/m, `traefik:\n  storageDirectory: ${directory}/traefik\n`)
      .replaceAll("/opt/faf/backups", `${directory}/backups`),
  );
  await allowed(join(directory, "docker-compose.yml"));
  await asInProduction(join(directory, "config/faf-traefik/traefik.yml"));
  const environment = await Deno.readTextFile(join(directory, ".env"));
  await Deno.writeTextFile(join(directory, ".env"), `COMPOSE_PROJECT_NAME=${PROJECT}\n${environment}`);
  const names = [DOMAIN, `*.${DOMAIN}`];
  await makeCertificate(directory, names, 300, "faf");
  const [certificate, key] = await Promise.all(
    ["certificate.pem", "key.pem"].map(async (name) => btoa(await Deno.readTextFile(join(directory, name)))),
  );
  const [main, ...sans] = names;
  const stored = { domain: { main, sans }, certificate, key, Store: "default" };
  const acme = join(directory, "config/faf-traefik/acme.json");
  await Deno.writeTextFile(acme, JSON.stringify({ default: { Account: null, Certificates: [stored] } }));
  await Deno.chmod(acme, 0o600);
  return stack;
}

/** There the certificate resolver stands at the entry point, as FAF's decisions say; in the template it does not. */
async function asInProduction(file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const secure = '    address: ":443"\n';
  ok(text.includes(secure), text);
  await Deno.writeTextFile(
    file,
    text.replace(secure, `${secure}    http: { tls: { certResolver: default } }\n`),
  );
}

/** Nobody may raise the limits that a test's machine has. */
async function allowed(file: string): Promise<void> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  const [, most = "unlimited"] = /^Max open files +\S+ +(\S+)/m.exec(limits) ?? [];
  const least = (wanted: string): string => `${Math.min(Number(wanted), Number(most) || Infinity)}`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    text.replace(/^( +(?:soft|hard): )(\d+)$/gm, (_, key: string, wanted: string) => key + least(wanted)),
  );
}

/** The Traefik that is here is version 3, and reads rules of version 2 where it is told to. */
function fafTraefik(image: Image): Image {
  return {
    ...image,
    name: "docker.io/library/traefik:v2.7.1",
    entrypoint: ["/bin/as-version-2"],
    files: {
      "/bin/as-version-2": `#!/bin/sh
{ cat /etc/traefik/traefik.yml; printf '\\ncore: { defaultRuleSyntax: v2 }\\n'; } > /traefik.yml
exec traefik --configfile=/traefik.yml
`,
    },
  };
}

async function start({ node, engine, project }: Dock, { directory, flags }: StackCopy): Promise<void> {
  const files = flags.slice(flags.indexOf("-f"), flags.lastIndexOf("-f") + 2)
    .map((flag) => flag === "-f" ? flag : join(directory, flag));
  const up = ["up", "--detach", "--no-build", "--pull", "never", "--scale", `${NOT_STARTED}=0`];
  const { code, stderr } = await compose({ node }, { stack: directory }, ...files, ...up);
  equal(code, 0, stderr);
  const started = await engine.docker("ps", "--all", "--quiet");
  equal(started.trim().split("\n").length, Object.keys(project.services).length - 1);
}

/** As k3s does: with the settings that the tool prints for it. */
async function installClusterTraefik({ node, run }: Dock): Promise<void> {
  const { code, stdout, stderr } = await run("k3s", "-o", "json");
  equal(code, 0, stderr);
  const { files } = JSON.parse(stdout) as {
    readonly files: readonly { readonly path: string; readonly text: string }[];
  };
  for (const { path, text } of files) if (path.includes("/manifests/")) await installManifest(node, text);
  await installTraefik(node);
}

async function readCalls(file: string): Promise<readonly Visit[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  // The last line may be half written.
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Visit);
}
