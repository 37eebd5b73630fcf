/** What k3s itself does, for its stand-in: the chart of Traefik, files of its own folder, and its load balancer. */
import { join } from "node:path";
import { parse } from "yaml";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { NODE_ADDRESS } from "../ferry/namespaces.ts";
import type { RealNode } from "../ferry/node.ts";
import { until } from "./berth.ts";

const LABELS = { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": "traefik-kube-system" };

/** Applies a file of the manifest folder, as k3s does at each start: with a manager of its own. */
export async function installManifest(node: RealNode, text: string): Promise<void> {
  const file = join(node.directory, "manifest.yaml");
  await Deno.writeTextFile(file, text);
  await node.kubectl("create", "--field-manager=deploy@main-01", "-f", file);
}

/**
 * Installs Traefik as the chart does with the values of the HelmChartConfig: its Service is a load balancer unless these
 * say otherwise. The real Traefik, in a pod on the node's network, as the API server answers there only.
 */
export async function installTraefik(node: RealNode): Promise<void> {
  const { traefik } = await buildTools(["traefik"], () => {});
  const config = await node.kubectl(
    ...["-n", "kube-system", "get", "helmchartconfig", "traefik", "--ignore-not-found"],
    ...["-o", "jsonpath={.spec.valuesContent}"],
  );
  const values = (parse(config) ?? {}) as ChartValues;
  const ports = entryPoints(values);
  const metadata = { name: "traefik", namespace: "kube-system" };
  const file = join(node.directory, "traefik.json");
  const items = [
    service(metadata, ports, values.service?.type ?? "LoadBalancer"),
    deployment(metadata, ports, values, traefik, node),
  ];
  await Deno.writeTextFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  await node.kubectl("apply", "--server-side", "--field-manager=helm", "-f", file);
  await node.kubectl("-n", "kube-system", "rollout", "status", "deployment/traefik", "--timeout=120s");
}

/** What is read of the chart's values. */
interface ChartValues {
  readonly service?: { readonly type?: string };
  readonly ports?: Readonly<Record<string, { readonly port?: number; readonly exposedPort?: number }>>;
  readonly additionalArguments?: readonly string[];
  readonly providers?: { readonly kubernetesCRD?: Readonly<Record<string, unknown>> };
  readonly persistence?: { readonly name?: string; readonly existingClaim?: string; readonly path?: string };
  readonly deployment?: {
    readonly additionalVolumes?: readonly object[];
    readonly initContainers?: readonly object[];
  };
}

interface EntryPoint {
  readonly name: string;
  /** In the pod. */
  readonly port: number;
  readonly exposedPort: number;
}

/** Those that the chart has by itself. */
const OWN_PORTS: NonNullable<ChartValues["ports"]> = {
  web: { port: 8000, exposedPort: 80 },
  websecure: { port: 8443, exposedPort: 443 },
};

/**
 * The chart's own, and what the values have besides. In a pod of its own network Traefik may have the port that the world
 * sees; on the node's network Docker has it still.
 */
function entryPoints({ ports = {} }: ChartValues): readonly EntryPoint[] {
  return [...new Set([...Object.keys(OWN_PORTS), ...Object.keys(ports)])].flatMap((name) => {
    const { port, exposedPort = port } = { ...OWN_PORTS[name], ...ports[name] };
    if (port === undefined || exposedPort === undefined) return [];
    return [{ name, port: port === exposedPort ? port + 20_000 : port, exposedPort }];
  });
}

/** Of the program: what the chart sets by itself, then the switches of the provider, then what the values add. */
function argumentsOf({ additionalArguments = [], providers }: ChartValues): readonly string[] {
  const switches = Object.entries(providers?.kubernetesCRD ?? {}).filter(([name, value]) =>
    name !== "enabled" && typeof value === "boolean"
  );
  const added = new Set(additionalArguments.map((argument) => argument.split("=")[0]));
  return [
    ...["--entrypoints.websecure.http.tls=true"].filter((own) => !added.has(own.split("=")[0])),
    ...switches.map(([name, value]) => `--providers.kubernetescrd.${name.toLowerCase()}=${value}`),
    ...additionalArguments,
  ];
}

function service(metadata: object, entries: readonly EntryPoint[], type: string): object {
  const ports = entries.map(({ name, exposedPort }) => ({
    name,
    port: exposedPort,
    protocol: "TCP",
    targetPort: name,
  }));
  return { apiVersion: "v1", kind: "Service", metadata, spec: { type, selector: LABELS, ports } };
}

/** What it mounts besides its program. */
interface Mounted {
  readonly volumes: readonly object[];
  readonly volumeMounts: readonly object[];
}

function deployment(
  metadata: object,
  entries: readonly EntryPoint[],
  values: ChartValues,
  program: string,
  { kubeconfigPath }: RealNode,
): object {
  const { deployment: { initContainers = [] } = {} } = values;
  const { volumes, volumeMounts } = mountedBy(values);
  const container = {
    name: "traefik",
    image: "busybox:1.37",
    command: [
      "/traefik",
      ...entries.map(({ name, port }) => `--entrypoints.${name}.address=:${port}`),
      "--providers.kubernetescrd=true",
      // Where it tells how it is; its usual port is Docker's Traefik's on the node's network.
      "--entrypoints.traefik.address=127.0.0.1:28080",
      ...argumentsOf(values),
    ],
    // In a pod it would ask at the cluster's address, at which nobody answers here.
    env: [{ name: "KUBERNETES_SERVICE_HOST", value: "" }, { name: "KUBECONFIG", value: "/kubeconfig" }],
    ports: entries.map(({ name, port }) => ({ name, containerPort: port })),
    readinessProbe: { tcpSocket: { port: 8000 }, periodSeconds: 1 },
    volumeMounts: [
      { name: "traefik", mountPath: "/traefik", readOnly: true },
      { name: "kubeconfig", mountPath: "/kubeconfig", readOnly: true },
      ...volumeMounts,
    ],
  };
  const spec = {
    hostNetwork: true,
    terminationGracePeriodSeconds: 1,
    initContainers,
    containers: [container],
    volumes: [file("traefik", program), file("kubeconfig", kubeconfigPath), ...volumes],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      // Two of them would take the same ports of the node.
      strategy: { type: "Recreate" },
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec },
    },
  };
}

function file(name: string, path: string): object {
  return { name, hostPath: { path, type: "File" } };
}

/** Its certificates, and what brings the old ones. */
function mountedBy({ persistence = {}, deployment = {} }: ChartValues): Mounted {
  const { name = "data", existingClaim: claimName, path: mountPath = "/data" } = persistence;
  const { additionalVolumes = [] } = deployment;
  const kept = claimName === undefined ? { emptyDir: {} } : { persistentVolumeClaim: { claimName } };
  return {
    volumes: [{ name, ...kept }, ...additionalVolumes],
    volumeMounts: [{ name, mountPath }],
  };
}

/** The load balancer of k3s while it works. */
export interface LoadBalancers extends AsyncDisposable {
  /** Returns when every Service that is a load balancer has the node's address, and kube-proxy was told of it. */
  settled(): Promise<void>;
}

/** Writes the node's address into the status of every load balancer, as k3s's servicelb does. */
export function serveLoadBalancers(node: RealNode): LoadBalancers {
  let isOpen = true;
  const work = async (): Promise<void> => {
    while (isOpen) {
      for (const { name, namespace, address } of await balancers(node)) {
        if (address === "") await announce(node, namespace, name);
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };
  const working = work();
  return {
    settled: async () => {
      await until(
        "every load balancer has an address",
        async () => (await balancers(node)).every(({ address }) => address !== ""),
      );
      for (const { namespace, name } of await balancers(node)) {
        await until(`kube-proxy leads the node's ports to ${namespace}/${name}`, async () => {
          return await isLed(node, `${namespace}/${name}`);
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      isOpen = false;
      await working;
    },
  };
}

/** Whether kube-proxy has a rule for its load balancer, in either of its modes. */
async function isLed(node: RealNode, service: string): Promise<boolean> {
  const [tables, chains] = await Promise.all([
    node.run(["nft", "list", "table", "ip", "kube-proxy"]),
    node.run(["iptables", "--table", "nat", "--list-rules"]),
  ]);
  return new RegExp(`external-[A-Z0-9]+-${service}/`).test(tables.stdout) ||
    new RegExp(`"${service}(:\\S+)? loadbalancer IP"`).test(chains.stdout);
}

interface Balancer {
  readonly namespace: string;
  readonly name: string;
  /** Empty where it has none yet. */
  readonly address: string;
}

async function balancers(node: RealNode): Promise<readonly Balancer[]> {
  const text = await node.kubectl(
    ...["get", "services", "-A", "-o"],
    'jsonpath={range .items[?(@.spec.type=="LoadBalancer")]}{.metadata.namespace} {.metadata.name} {.status.loadBalancer.ingress[0].ip}{"\\n"}{end}',
  );
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [namespace = "", name = "", address = ""] = line.split(" ");
    return { namespace, name, address };
  });
}

async function announce(node: RealNode, namespace: string, name: string): Promise<void> {
  const status = { loadBalancer: { ingress: [{ ip: NODE_ADDRESS, ipMode: "VIP" }] } };
  await node.kubectl(
    ...["-n", namespace, "patch", "service", name, "--subresource=status", "--type=merge"],
    ...["-p", JSON.stringify({ status })],
  );
}
