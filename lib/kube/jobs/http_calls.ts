/** Calls that a program needs once after its start, such as one that loads its data. */
import type { Conversion } from "../conversion.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { label } from "../../stack/names.ts";
import { isKnownPort } from "../../stack/ports.ts";
import { CALL_SCRIPT } from "./call_script.ts";
import { Decided } from "../../decisions/decided.ts";
import type { JobDecisions, ServiceCalls } from "../../decisions/jobs.ts";
import { scriptJob, type Variable } from "./script/job.ts";
import { type JobResult, Sources } from "./script/sources.ts";
import { fields, list } from "../../values/json.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

const HELPER_IMAGE = "busybox:1.37";

/** Workloads whose pods stay, so that a call can be made whenever one starts. */
const STAYING: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** One call with all that its script is given, and what is wrong with it. */
export interface ReadCall {
  readonly name: string;
  readonly call: ServiceCalls[string];
  /** `$1` and so on of the script. */
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, Variable>>;
  readonly image: string;
  readonly findings: readonly Diagnostic[];
}

/**
 * One Job for each call of a service that is made once, in the order of the decisions; its program must be ready. What
 * is wrong with its other calls is found here as well.
 */
export function serviceCalls(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  const kind = conversion.services.get(service)?.kind ?? "none";
  const calls = readCalls(conversion, decisions, service);
  if (calls.length > 0 && kind === "none") {
    const finding = new Sources(conversion).missingService(new Decided(decisions, "calls", service), service);
    return { objects: [], findings: [finding] };
  }
  const findings = calls.flatMap(({ name, call, findings }) => [
    ...findings,
    ...(call.at === "start" && !STAYING.has(kind)
      ? [neverStays(new Decided(decisions, "calls", service, name), service, kind)]
      : []),
  ]);
  if (findings.length > 0) return { objects: [], findings };
  const once = calls.filter(({ call }) => call.at !== "start");
  const objects = once.map(({ name, call, arguments: given, variables, image }) => ({
    object: scriptJob({
      name: label(`${service}-call-${name}`),
      namespace: conversion.namespace,
      service,
      image,
      script: CALL_SCRIPT,
      arguments: given,
      variables,
      digests: conversion.digests,
      deadlineSeconds: 300 + (call.seconds ?? 600),
    }),
    service,
  }));
  return { objects, findings: [] };
}

/** The decided calls of a service. */
export function readCalls(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): readonly ReadCall[] {
  const ports = portsOf(conversion, service);
  return Object.entries(decisions.calls?.[service] ?? {}).map(([name, call]) => {
    const path = new Decided(decisions, "calls", service, name);
    const sources = new Sources(conversion);
    const port = call.port ?? (ports.length === 1 ? ports[0] : undefined);
    const used = Object.entries(call.variables ?? {});
    const variables: Record<string, Variable> = {
      WAIT_SECONDS: { text: "300" },
      CALL_SECONDS: { text: String(call.seconds ?? 600) },
      CALL_HOST: { text: sources.hostNameOf(service) },
      CALL_PORT: { text: String(port ?? 0) },
      ...Object.assign(
        {},
        ...used.map(([key, reference]) =>
          sources.variable(`VALUE_${key}`, reference, path.at("variables", key))
        ),
      ),
    };
    return {
      name,
      call,
      arguments: [call.path, call.method ?? "GET", ...used.map(([key]) => key)],
      variables,
      image: decisions.helperImage ?? HELPER_IMAGE,
      findings: [
        ...(port === undefined ? [whichPort(path, ports)] : []),
        ...placeholderProblems(path, call),
        ...sources.findings,
      ],
    };
  });
}

/** The TCP ports by which the service is reached in the cluster, without those that may be another program's. */
function portsOf(conversion: Conversion, service: string): number[] {
  const specs = (conversion.services.get(service)?.network ?? []).map(({ object }) => object["spec"]);
  const tcp = specs.flatMap((spec) =>
    list(fields(spec)["ports"]).filter(({ protocol = "TCP" }) => protocol === "TCP")
  ).flatMap(({ port }) => typeof port === "number" ? [port] : []);
  const doubtful = (conversion.ports.get(service) ?? [])
    .filter((each) => each.protocol === "TCP" && !isKnownPort(each));
  const all = [...new Set(tcp)];
  const known = all.filter((port) => !doubtful.some((each) => each.port === port));
  return known.length === 0 ? all : known;
}

function whichPort(path: Decided, ports: readonly number[]): Diagnostic {
  return {
    code: "kube-job-call",
    severity: "error",
    message: `Decision "${path}" does not say which port, and the service has ${
      ports.length === 0 ? "none" : ports.join(", ")
    }`,
    ...path.place,
    hint: "Add port to it",
  };
}

function neverStays(path: Decided, service: string, kind: string): Diagnostic {
  return {
    code: "kube-job-call",
    severity: "error",
    message: `Decision "${path}" is a call at each start, and service "${service}" is a ${kind}, which ends`,
    ...path.at("at").place,
    hint: "Remove at: start, or give the service another kind",
  };
}

function placeholderProblems(path: Decided, call: ServiceCalls[string]): Diagnostic[] {
  const named = new Set([...call.path.matchAll(/\{([A-Za-z0-9_]+)\}/g)].map(([, name = ""]) => name));
  const given = new Set(Object.keys(call.variables ?? {}));
  const problem = (decision: Decided, message: string, hint: string): Diagnostic => ({
    code: "kube-job-call",
    severity: "error",
    message: `Decision "${path}" ${message}`,
    ...decision.place,
    hint,
  });
  return [
    ...[...named].filter((name) => !given.has(name)).map((name) =>
      problem(
        path.at("path"),
        `has {${name}} in its path and no variable of that name`,
        `Add variables: { ${yamlWord(name)}: … }`,
      )
    ),
    ...[...given].filter((name) => !named.has(name)).map((name) =>
      problem(
        path.at("variables", name),
        `has a variable "${name}" that its path does not use`,
        `Write {${name}} in the path`,
      )
    ),
  ];
}
