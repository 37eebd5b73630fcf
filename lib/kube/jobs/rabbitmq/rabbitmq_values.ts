/** The values for the Bitnami chart of RabbitMQ; which version reads which of them is in test/checks/chart_facts.ts. */
import { podWithHostLines } from "../../workload/host_lines.ts";
import type { Conversion } from "../../conversion.ts";
import { label } from "../../../stack/names.ts";
import { containersOf, type KubeObject, podSpec } from "../../object.ts";
import { findPlace } from "../../../stack/secrets/reference.ts";
import { type Json, record } from "../../../values/json.ts";
import { unexpanded } from "../../unexpanded.ts";

/** A key of a Secret. */
export interface Named {
  readonly secret: string;
  readonly key: string;
}

/** Where the official image keeps its data; the nodes' directories are in its folder `mnesia`. */
const DATA = "/var/lib/rabbitmq";
/** Where the chart's image looks for that folder. */
const MOUNT = "/bitnami/rabbitmq/mnesia";
const METRICS_PLUGIN = "rabbitmq_prometheus";
/** The chart moves the metrics to a port of its own, and offers it only so. */
const METRICS = {
  metrics: { enabled: true },
  containerPorts: { metrics: 15692 },
  service: { ports: { metrics: 15692 } },
};

/**
 * The node keeps its name, which is the name of its directory; the Service keeps the one that programs know. The
 * chart names both after the pod, in variables that stand before `extraEnvVars`: Helm 4 refuses a name that stands
 * twice, so they are set where the container starts.
 */
export function chartValues(
  conversion: Conversion,
  service: string,
  workload: KubeObject,
  login: { user: string; password: Named; cookie: Named },
): Record<string, unknown> {
  const pod = podSpec(workload) ?? {};
  const node = nodeName(conversion, service, workload);
  const claim = dataClaim(pod, workload);
  const resources = containersOf(workload)[0]?.["resources"];
  const plugins = pluginsOf(conversion, service);
  const hasMetrics = plugins.includes(METRICS_PLUGIN);
  return {
    fullnameOverride: label(service),
    replicaCount: 1,
    auth: {
      username: login.user,
      existingPasswordSecret: login.password.secret,
      existingSecretPasswordKey: login.password.key,
      existingErlangSecret: login.cookie.secret,
      existingSecretErlangKey: login.cookie.key,
    },
    clustering: { enabled: false },
    // The chart adds the plugin of the metrics by itself.
    plugins: plugins.filter((plugin) => plugin !== METRICS_PLUGIN).join(" "),
    extraPlugins: "",
    hostAliases: (podWithHostLines(pod) ?? pod)["hostAliases"] ??
      [{ ip: "127.0.0.1", hostnames: [hostOf(node)] }],
    command: ["/bin/bash", "-ec"],
    args: [unexpanded(startAs({
      RABBITMQ_NODE_NAME: node,
      RABBITMQ_USE_LONGNAME: "false",
      ...(claim === undefined ? {} : { RABBITMQ_MNESIA_DIR: `${MOUNT}/${node}` }),
    }))],
    persistence: claim === undefined ? { enabled: false } : {
      enabled: true,
      existingClaim: claim,
      mountPath: MOUNT,
      subPath: "mnesia",
    },
    ...(hasMetrics ? METRICS : {}),
    // The chart's own policy would open its ports to everybody.
    ...(conversion.isolated ? { networkPolicy: { enabled: false } } : {}),
    ...(resources === undefined ? {} : { resources }),
  };
}

/** What the image runs by itself, with other variables than the chart's. */
function startAs(variables: Readonly<Record<string, string>>): string {
  const scripts = "/opt/bitnami/scripts/rabbitmq";
  const exports = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`).join(" ");
  return `export ${exports}; exec ${scripts}/entrypoint.sh ${scripts}/run.sh`;
}

/** The host in a node's name, without what Erlang refuses in one: the chart takes it for a template. */
function hostOf(node: string): string {
  return (node.split("@")[1] ?? "").replace(/[^\w.-]+/g, "");
}

/** For a shell, and for Helm, which takes braces for a template. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replace(/\{(?=\{)/g, "{''")}'`;
}

/** As the conversion gives it to the broker, which knows the stack's hostname; else after the pod's hostname. */
export function nodeName(conversion: Conversion, service: string, workload: KubeObject): string {
  const decided = findPlace(conversion, `${service}.RABBITMQ_NODENAME`)?.value;
  if (decided !== undefined) return new TextDecoder().decode(decided);
  return `rabbit@${String(podSpec(workload)?.["hostname"] ?? label(service)).split(".")[0] ?? ""}`;
}

function dataClaim(pod: Json, workload: KubeObject): string | undefined {
  const mounts = containersOf(workload)[0]?.["volumeMounts"];
  const volumes = pod["volumes"];
  if (!Array.isArray(mounts) || !Array.isArray(volumes)) return undefined;
  const mount = record(
    mounts.find((entry: unknown) => String(record(entry)?.["mountPath"]).replace(/\/$/, "") === DATA),
  );
  const volume = record(volumes.find((entry: unknown) => record(entry)?.["name"] === mount?.["name"]));
  const claim = record(volume?.["persistentVolumeClaim"])?.["claimName"];
  return typeof claim === "string" ? claim : undefined;
}

/** The plugins of the stack's `enabled_plugins` file, an Erlang list. */
function pluginsOf(conversion: Conversion, service: string): readonly string[] {
  const files = conversion.services.get(service)?.configuration ?? [];
  const text = files.map(({ object }) => record(object["data"])?.["enabled_plugins"])
    .find((value) => typeof value === "string");
  const names = typeof text === "string" ? text.match(/rabbitmq_\w+/g) : null;
  return names ?? ["rabbitmq_management", METRICS_PLUGIN];
}
