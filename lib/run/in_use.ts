/** What containers of a Docker Engine still use on the node while pods are about to start on the same. */
import { parse } from "yaml";
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { Diagnostic, Severity } from "../diagnostics/diagnostic.ts";
import type { RunningContainer } from "../docker/containers.ts";
import { describeObject, type KubeObject, type PlannedObject } from "../kube/object.ts";
import { list, record } from "../kube/json.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Where the pods of a cluster run, seen from the machine that this program runs on. */
export type Whereabouts = "here" | "elsewhere" | "unknown";

/** The kernel's own mark of this machine's last start, which a kubelet reports as well (`nodeInfo.bootID`). */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Whether one of the cluster's nodes is this machine. Asks for the nodes; who may not see them does not know. */
export async function whereabouts(client: ClusterClient): Promise<Whereabouts> {
  const bootId = (await Deno.readTextFile(BOOT_ID).catch(() => "")).trim();
  if (bootId === "") return "unknown";
  const nodes = await ifAllowed(client.list({ apiVersion: "v1", kind: "Node" }, undefined));
  if (nodes === undefined) return "unknown";
  const isHere = nodes.items.some((node) =>
    record(record(node["status"])?.["nodeInfo"])?.["bootID"] === bootId
  );
  return isHere ? "here" : "elsewhere";
}

/**
 * One finding for each container that writes where a workload of these objects writes too, as two servers on one
 * directory destroy what is in it, and one for each that holds a port which the cluster needs on the node.
 *
 * @param objects what is going to be applied
 * @param all what the whole plan has, volumes included
 * @param severity of a directory in use
 */
export function inUse(
  containers: readonly RunningContainer[],
  objects: readonly PlannedObject[],
  all: readonly PlannedObject[],
  severity: Severity,
): readonly Diagnostic[] {
  const volumes = volumePaths(all.map(({ object }) => object));
  const wanted = objects.flatMap((planned) =>
    writtenPaths(planned.object, volumes).map((path) => ({ path, planned }))
  );
  const ports = new Map(
    objects.flatMap(({ object }) => nodePorts(object).map((port) => [port, object] as const)),
  );
  return containers.flatMap((container) => {
    const shared = wanted.filter(({ path }) => container.writes.some((written) => overlaps(written, path)));
    const held = container.ports.filter((port) => ports.has(port));
    return [
      ...(shared.length === 0 ? [] : [dataInUse(container, shared, severity)]),
      ...(held.length === 0 ? [] : [portInUse(container, held)]),
    ];
  });
}

interface Shared {
  readonly path: string;
  readonly planned: PlannedObject;
}

function dataInUse(container: RunningContainer, shared: readonly Shared[], severity: Severity): Diagnostic {
  const [first] = shared;
  const source = first?.planned.source;
  const others = new Set(shared.map(({ path }) => path)).size - 1;
  const more = others === 0 ? "" : ` and ${others} more`;
  return {
    code: "run-data-in-use",
    severity,
    message: `Container "${container.name}" still runs and writes to "${first?.path}"${more}, where ${
      first === undefined ? "" : describeObject(first.planned.object)
    } would start: two servers on one directory destroy what is in it`,
    ...(source === undefined ? {} : { span: source }),
    hint: `Stop it before the move: ${stopCommand(container)}`,
  };
}

function portInUse(container: RunningContainer, held: readonly string[]): Diagnostic {
  return {
    code: "run-port-in-use",
    severity: "warning",
    message: `Container "${container.name}" still holds ${
      held.join(", ")
    } of this machine, which the cluster cannot serve until it stops`,
    hint: `Stop it when the cluster shall take over: ${stopCommand(container)}`,
  };
}

/** The command that stops it, and starts nothing again at the next boot as `restart: unless-stopped` has it. */
function stopCommand({ name, project, service }: RunningContainer): string {
  return project === undefined || service === undefined
    ? `docker stop ${shellWord(name)}`
    : `docker compose -p ${shellWord(project)} stop ${shellWord(service)}`;
}

/** One is the other, or lies in it. */
function overlaps(left: string, right: string): boolean {
  const [one, other] = [left, right].map((path) => `${path.replace(/\/+$/, "")}/`) as [string, string];
  return one.startsWith(other) || other.startsWith(one);
}

/** The directory of the node behind each claim, by `namespace/name`. */
function volumePaths(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  return new Map(objects.flatMap((object): [string, string][] => {
    const spec = object.kind === "PersistentVolume" ? record(object["spec"]) : undefined;
    const claim = record(spec?.["claimRef"]);
    const path = record(spec?.["local"])?.["path"] ?? record(spec?.["hostPath"])?.["path"];
    return typeof path === "string" ? [[`${claim?.["namespace"]}/${claim?.["name"]}`, path]] : [];
  }));
}

const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

function podSpec(object: KubeObject): Record<string, unknown> | undefined {
  if (!WORKLOADS.has(object.kind)) return undefined;
  return record(record(record(object["spec"])?.["template"])?.["spec"]);
}

/** Directories of the node that a container of the workload mounts to write to. */
function writtenPaths(object: KubeObject, volumes: ReadonlyMap<string, string>): readonly string[] {
  const spec = podSpec(object);
  const mounts = list(spec?.["containers"]).flatMap((container) => list(container["volumeMounts"]));
  const written = new Set(mounts.filter((mount) => mount["readOnly"] !== true).map((mount) => mount["name"]));
  return list(spec?.["volumes"]).filter((volume) => written.has(volume["name"])).flatMap((volume) => {
    const claim = record(volume["persistentVolumeClaim"])?.["claimName"];
    const path = record(volume["hostPath"])?.["path"] ?? volumes.get(`${object.metadata.namespace}/${claim}`);
    return typeof path === "string" ? [path] : [];
  });
}

/** Ports of the node that the object takes: a pod's own, a load balancer's, and those of Traefik's entry points. */
function nodePorts(object: KubeObject): readonly string[] {
  const protocol = (port: Record<string, unknown>): string => String(port["protocol"] ?? "TCP").toLowerCase();
  if (object.kind === "HelmChartConfig") return entryPointPorts(object);
  if (object.kind === "Service") {
    const spec = record(object["spec"]);
    if (spec?.["type"] !== "LoadBalancer") return [];
    return list(spec["ports"]).map((port) => `${port["port"]}/${protocol(port)}`);
  }
  return list(podSpec(object)?.["containers"]).flatMap((container) => list(container["ports"])).flatMap((
    port,
  ) => port["hostPort"] === undefined ? [] : [`${port["hostPort"]}/${protocol(port)}`]);
}

function entryPointPorts(object: KubeObject): readonly string[] {
  const values: unknown = parse(String(record(object["spec"])?.["valuesContent"] ?? ""));
  const ports = Object.values(record(record(values)?.["ports"]) ?? {}).map(record);
  return ports.flatMap((port) =>
    port?.["exposedPort"] === undefined || record(port["expose"])?.["default"] === false
      ? []
      : [`${port["exposedPort"]}/${String(port["protocol"] ?? "TCP").toLowerCase()}`]
  );
}
