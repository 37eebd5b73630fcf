/** RabbitMQ by the Bitnami chart through k3s's HelmChart, on the data, the name and the secrets that there are. */
import { stringify } from "yaml";
import { encodeBase64 } from "../configuration/base64.ts";
import type { Conversion } from "../conversion.ts";
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import { label } from "../names.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import type { JobDecisions, Reference } from "./decisions.ts";
import { containersOf, findPlace, record } from "./reference.ts";
import { type JobResult, Sources } from "./sources.ts";

/** The keys that every version of the chart reads. */
const PASSWORD_KEY = "rabbitmq-password";
const COOKIE_KEY = "rabbitmq-erlang-cookie";
/** Where the official image keeps its data, and the folder of the node in it. */
const DATA = "/var/lib/rabbitmq";

/**
 * A Secret for the chart and the HelmChart; they take the place of the service's own workload and Services. Nothing
 * where the decisions do not ask for the chart.
 */
export function brokerChart(conversion: Conversion, decisions: JobDecisions, service: string): JobResult {
  const broker = decisions.brokers?.[service];
  const workload = conversion.services.get(service)?.workload[0]?.object;
  if (broker?.chart === undefined) return { objects: [], findings: [] };
  const path = `brokers.${service}`;
  const sources = new Sources(conversion);
  if (workload === undefined) return { objects: [], findings: [sources.missingService(path, service)] };
  const { chart, admin } = broker;
  const user = typeof admin.user === "string"
    ? admin.user
    : textOf(conversion, sources, admin.user.from, `${path}.admin.user`);
  const secret = new ChartSecret(conversion, sources, label(`${service}-chart`));
  const password = secret.key(PASSWORD_KEY, admin.password, `${path}.admin.password`);
  const cookie = secret.key(COOKIE_KEY, chart.erlangCookie, `${path}.chart.erlangCookie`);
  const values = laid(
    chartValues(conversion, service, workload, { user: user ?? "", password, cookie }),
    chart.values,
  );
  const findings = [
    ...sources.findings,
    ...missingKeys(values, [...conversion.configuration, ...secret.objects()], path),
  ];
  if (hasErrors(findings)) return { objects: [], findings };
  const object: KubeObject = {
    apiVersion: "helm.cattle.io/v1",
    kind: "HelmChart",
    metadata: { name: label(service), namespace: conversion.namespace },
    spec: {
      ...(chart.repo === undefined ? {} : { repo: chart.repo }),
      chart: chart.chart,
      version: chart.version,
      targetNamespace: conversion.namespace,
      valuesContent: stringify(values, { lineWidth: 0 }),
    },
  };
  return { objects: [...secret.objects(), { object, service }], findings };
}

interface Named {
  readonly secret: string;
  readonly key: string;
}

/** Collects what the chart reads into one Secret; a Secret that is not of this stack is named as it is. */
class ChartSecret {
  readonly #data: Record<string, string> = {};
  readonly #conversion: Conversion;
  readonly #sources: Sources;
  readonly #name: string;

  constructor(conversion: Conversion, sources: Sources, name: string) {
    this.#conversion = conversion;
    this.#sources = sources;
    this.#name = name;
  }

  key(key: string, reference: Reference, path: string): Named {
    const place = findPlace(this.#conversion, reference);
    if (place === undefined) this.#sources.variable(key, reference, path);
    if (place !== undefined && place.value === undefined) return { secret: place.name, key: place.key };
    this.#data[key] = encodeBase64(place?.value ?? new Uint8Array());
    return { secret: this.#name, key };
  }

  objects(): PlannedObject[] {
    if (Object.keys(this.#data).length === 0) return [];
    const metadata = { name: this.#name, namespace: this.#conversion.namespace };
    return [{
      object: { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: { ...this.#data } },
    }];
  }
}

/** The node keeps its name, which is the name of its directory; the Service keeps the one that programs know. */
function chartValues(
  conversion: Conversion,
  service: string,
  workload: KubeObject,
  login: { user: string; password: Named; cookie: Named },
): Record<string, unknown> {
  const pod = record(record(record(workload["spec"])?.["template"])?.["spec"]) ?? {};
  const node = nodeName(conversion, service, pod);
  const claim = dataClaim(pod, workload);
  const resources = containersOf(workload)[0]?.["resources"];
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
    plugins: pluginsOf(conversion, service).join(" "),
    extraPlugins: "",
    hostAliases: pod["hostAliases"] ?? [{ ip: "127.0.0.1", hostnames: [node.split("@")[1] ?? ""] }],
    extraEnvVars: [
      { name: "RABBITMQ_NODE_NAME", value: node },
      { name: "RABBITMQ_USE_LONGNAME", value: "false" },
    ],
    persistence: claim === undefined ? { enabled: false } : {
      enabled: true,
      existingClaim: claim,
      mountPath: "/bitnami/rabbitmq/mnesia",
      subPath: "mnesia",
    },
    service: { extraPorts: [{ name: "prometheus", port: 15692, targetPort: 15692 }] },
    ...(resources === undefined ? {} : { resources }),
  };
}

/** As the conversion gives it to the broker, which knows the stack's hostname; else after the pod's hostname. */
function nodeName(conversion: Conversion, service: string, pod: Record<string, unknown>): string {
  const decided = findPlace(conversion, `${service}.RABBITMQ_NODENAME`)?.value;
  if (decided !== undefined) return new TextDecoder().decode(decided);
  return `rabbit@${String(pod["hostname"] ?? label(service)).split(".")[0] ?? ""}`;
}

function dataClaim(pod: Record<string, unknown>, workload: KubeObject): string | undefined {
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
  return names ?? ["rabbitmq_management", "rabbitmq_prometheus"];
}

/** Where the chart's values name a Secret: the path of its name, and of its key or the keys that it must have. */
const SECRET_VALUES = [
  { group: "auth", name: "existingPasswordSecret", key: "existingSecretPasswordKey", usual: PASSWORD_KEY },
  { group: "auth", name: "existingErlangSecret", key: "existingSecretErlangKey", usual: COOKIE_KEY },
  { group: "loadDefinition", name: "existingSecret", key: undefined, usual: "load_definition.json" },
] as const;

/** An error for each Secret of the stack that the values name and that lacks the key that the chart reads. */
export function missingKeys(
  values: Readonly<Record<string, unknown>>,
  configuration: readonly PlannedObject[],
  path: string,
): Diagnostic[] {
  return SECRET_VALUES.flatMap(({ group, name, key, usual }): Diagnostic[] => {
    const settings = record(values[group]);
    const secret = settings?.[name];
    if (typeof secret !== "string" || secret === "") return [];
    const wanted = String((key === undefined ? undefined : settings?.[key]) ?? usual);
    const found = configuration.find(({ object }) =>
      object.kind === "Secret" && object.metadata.name === secret
    );
    if (found === undefined) {
      return [{
        code: "kube-chart-secret",
        severity: "warning",
        message: `The chart of "${path}" reads Secret "${secret}", which this stack does not make`,
        hint: `It must exist with the key ${wanted} before the chart is installed`,
      }];
    }
    const keys = Object.keys(record(found.object["data"]) ?? {});
    return keys.includes(wanted) ? [] : [{
      code: "kube-chart-secret",
      severity: "error",
      message: `The chart of "${path}" reads key "${wanted}" of Secret "${secret}", which has no such key`,
      hint: `Its keys are ${keys.join(", ")}`,
    }];
  });
}

function textOf(
  conversion: Conversion,
  sources: Sources,
  reference: Reference,
  path: string,
): string | undefined {
  const value = findPlace(conversion, reference)?.value;
  if (value === undefined) sources.variable("USER", reference, path);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

function laid(
  base: Record<string, unknown>,
  over: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over ?? {})) {
    const [below, above] = [record(base[key]), record(value)];
    result[key] = below !== undefined && above !== undefined ? laid(below, above) : value;
  }
  return result;
}
