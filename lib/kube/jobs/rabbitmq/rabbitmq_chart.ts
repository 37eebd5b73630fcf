/** RabbitMQ by the Bitnami chart through k3s's HelmChart, on the data, the name and the secrets that there are. */
import { stringify } from "yaml";
import { encodeBase64 } from "../../../values/base64.ts";
import type { Conversion } from "../../conversion.ts";
import { type Diagnostic, hasErrors } from "../../../diagnostics/diagnostic.ts";
import { label } from "../../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../../object.ts";
import { Decided } from "../../../decisions/decided.ts";
import type { JobDecisions, Reference } from "../../../decisions/jobs.ts";
import { chartValues, type Named } from "./rabbitmq_values.ts";
import { findPlace } from "../../../stack/secrets/reference.ts";
import { record } from "../../../values/json.ts";
import { type JobResult, Sources } from "../script/sources.ts";

/**
 * k3s's helm-controller installs with an account that may do everything and lies beside the HelmChart: in the stack's
 * own namespace every operator could have a token of it (github.com/k3s-io/helm-controller, pkg/controllers/chart).
 */
const CHART_NAMESPACE = "kube-system";
/** The keys that every version of the chart reads. */
const PASSWORD_KEY = "rabbitmq-password";
const COOKIE_KEY = "rabbitmq-erlang-cookie";

/**
 * A Secret for the chart and the HelmChart; they take the place of the service's own workload and Services. Nothing
 * where the decisions do not ask for the chart.
 */
export function brokerChart(conversion: Conversion, decisions: JobDecisions, service: string): JobResult {
  const broker = decisions.brokers?.[service];
  const workload = conversion.services.get(service)?.workload[0]?.object;
  if (broker?.chart === undefined) return { objects: [], findings: [] };
  const path = new Decided(decisions, "brokers", service);
  const sources = new Sources(conversion);
  if (workload === undefined) return { objects: [], findings: [sources.missingService(path, service)] };
  const { chart, admin } = broker;
  const user = typeof admin.user === "string"
    ? admin.user
    : textOf(conversion, sources, admin.user.from, path.at("admin", "user", "from"));
  const secret = new ChartSecret(conversion, sources, label(`${service}-chart`));
  const password = secret.key(PASSWORD_KEY, admin.password, path.at("admin", "password"));
  const cookie = secret.key(COOKIE_KEY, chart.erlangCookie, path.at("chart", "erlangCookie"));
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
    metadata: { name: label(`${conversion.namespace}-${service}`), namespace: CHART_NAMESPACE },
    spec: {
      ...(chart.repo === undefined ? {} : { repo: chart.repo }),
      chart: chart.chart,
      version: chart.version,
      targetNamespace: conversion.namespace,
      valuesContent: stringify(values, { lineWidth: 0 }),
    },
  };
  return {
    objects: [...secret.objects(), ...furtherNames(conversion, service), { object, service }],
    findings,
  };
}

/** The chart makes one Service; the other names by which programs reach the broker lead to it. */
function furtherNames(conversion: Conversion, service: string): PlannedObject[] {
  const { namespace } = conversion;
  return (conversion.services.get(service)?.network ?? []).flatMap(({ object, source }): PlannedObject[] => {
    const { name } = object.metadata;
    if (object.kind !== "Service" || name === label(service)) return [];
    const spec = { type: "ExternalName", externalName: `${label(service)}.${namespace}.svc.cluster.local` };
    return [{
      object: { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec },
      service,
      ...(source === undefined ? {} : { source }),
    }];
  });
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

  key(key: string, reference: Reference, path: Decided): Named {
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
  path: Decided,
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
        ...path.at("chart").place,
        hint: `It must exist with the key ${wanted} before the chart is installed`,
      }];
    }
    const keys = Object.keys(record(found.object["data"]) ?? {});
    return keys.includes(wanted) ? [] : [{
      code: "kube-chart-secret",
      severity: "error",
      message: `The chart of "${path}" reads key "${wanted}" of Secret "${secret}", which has no such key`,
      ...path.at("chart").place,
      hint: `Its keys are ${keys.join(", ")}`,
    }];
  });
}

function textOf(
  conversion: Conversion,
  sources: Sources,
  reference: Reference,
  path: Decided,
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
