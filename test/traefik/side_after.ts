/** The stack after the move: Traefik with the Kubernetes provider on a real API server that holds our objects. */
import { stringify } from "yaml";
import type { PlannedObject } from "../../lib/kube/object.ts";
import { type ApiClient, apiClient } from "../../lib/embedded_cluster/api_client.ts";
import { clusterWith } from "../../lib/embedded_cluster/embedded.ts";
import { clusterLayout } from "../../lib/embedded_cluster/layout.ts";
import { startTraefik, type TraefikProcess } from "./traefik_process.ts";

/** A cluster of the test's own, inside its network namespace. */
export interface TestApi extends AsyncDisposable {
  readonly api: ApiClient;
  readonly kubeconfigPath: string;
  /** Applies objects as a migration does: server-side, with strict field validation. */
  apply(objects: readonly PlannedObject["object"][]): Promise<void>;
}

/** Starts the control plane; with a simulated node, pods get addresses and become ready. */
export async function startApi(simulatedNode = false): Promise<TestApi> {
  const directory = `${await Deno.makeTempDir({ prefix: "after" })}/cluster`;
  const cluster = clusterWith({ directory, audit: false, simulatedNode }, Deno.env.toObject());
  const { kubeconfigPath } = await cluster.up(() => {});
  const { server } = await cluster.status();
  if (server === undefined) throw new Error("The cluster ended right after its start");
  const api = await apiClient(clusterLayout(directory), server);
  const plurals = new Map<string, { readonly plural: string; readonly namespaced: boolean }>();
  return {
    api,
    kubeconfigPath,
    apply: async (objects) => {
      for (const object of objects) await api.apply(await pathOf(api, plurals, object), object);
    },
    [Symbol.asyncDispose]: async () => {
      api[Symbol.dispose]();
      await cluster.reset(() => {});
    },
  };
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

async function pathOf(
  api: ApiClient,
  plurals: Map<string, { readonly plural: string; readonly namespaced: boolean }>,
  object: PlannedObject["object"],
): Promise<string> {
  const base = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const key = `${base} ${object.kind}`;
  if (!plurals.has(key)) {
    const { body } = await api.request("GET", base);
    for (const { name, kind, namespaced } of (body as ResourceList).resources ?? []) {
      if (!name.includes("/")) plurals.set(`${base} ${kind}`, { plural: name, namespaced });
    }
  }
  const resource = plurals.get(key);
  if (resource === undefined) throw new Error(`The server does not know ${key}`);
  const namespace = resource.namespaced ? `/namespaces/${object.metadata.namespace ?? "default"}` : "";
  return `${base}${namespace}/${resource.plural}/${object.metadata.name}`;
}

export interface AfterInput {
  readonly api: TestApi;
  /** The chart's values that our conversion wrote: Traefik gets the arguments that the chart would make of them. */
  readonly chartValues: Readonly<Record<string, unknown>>;
  /** The ports of 127.0.0.1 that stand for the entry points, by their names in the cluster. */
  readonly entryPointPorts: Readonly<Record<string, number>>;
  readonly apiPort: number;
  /** Where ACME's storage lies, and the variables of its DNS provider; absent: no ACME server can be reached. */
  readonly acme?: { readonly storage: string; readonly environment: Readonly<Record<string, string>> };
}

/** Starts Traefik with what the chart gives it by default, then our arguments. */
export async function startAfter(input: AfterInput): Promise<TraefikProcess> {
  const own = (input.chartValues["additionalArguments"] ?? []) as readonly string[];
  const directory = input.acme?.storage ?? await Deno.makeTempDir({ prefix: "traefik" });
  const moved = own.map((argument) => argument.replace("=/data/", `=${directory}/`));
  const resolvers = input.acme !== undefined ? [] : [
    ...new Set(own.flatMap((argument) => /^--certificatesresolvers\.([^.]+)\./.exec(argument)?.[1] ?? [])),
  ];
  return await startTraefik({
    arguments: [
      "--entrypoints.metrics.address=127.0.0.1:10109",
      ...Object.entries(input.entryPointPorts).map(([name, port]) =>
        `--entrypoints.${name}.address=127.0.0.1:${port}`
      ),
      "--entrypoints.websecure.http.tls=true",
      "--api.dashboard=true",
      "--ping=true",
      "--metrics.prometheus=true",
      "--metrics.prometheus.entrypoint=metrics",
      "--providers.kubernetescrd",
      "--providers.kubernetescrd.allowemptyservices=true",
      "--providers.kubernetescrd.allowexternalnameservices=true",
      ...moved,
      ...resolvers.map((name) =>
        `--certificatesresolvers.${name}.acme.caserver=http://127.0.0.1:1/directory`
      ),
    ],
    environment: { KUBECONFIG: input.api.kubeconfigPath, ...input.acme?.environment },
    apiPort: input.apiPort,
    providers: ["kubernetescrd"],
  });
}

/** An EndpointSlice by hand for each port of a Service: what the controller writes where pods run. */
export function endpointSlices(service: PlannedObject["object"], address: string): PlannedObject["object"][] {
  const { name, namespace } = service.metadata;
  const ports = (service["spec"] as { ports?: readonly ServicePort[] }).ports ?? [];
  return [{
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-by-hand`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: "IPv4",
    ports: ports.map(({ name: portName, port, targetPort, protocol }) => ({
      name: portName ?? "",
      port: typeof targetPort === "number" ? targetPort : port,
      protocol: protocol ?? "TCP",
    })),
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  }];
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
}

/** For messages: objects as YAML. */
export function asYaml(objects: readonly unknown[]): string {
  return objects.map((object) => stringify(object)).join("---\n");
}
