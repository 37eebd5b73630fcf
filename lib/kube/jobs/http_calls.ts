/** Calls that a program needs once after its start, such as one that loads its data. */
import type { Conversion } from "../conversion.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { label } from "../names.ts";
import { CALL_SCRIPT } from "./call_script.ts";
import { Decided } from "./decided.ts";
import type { JobDecisions, ServiceCalls } from "./decisions.ts";
import { scriptJob, type Variable } from "./job.ts";
import { type JobResult, Sources } from "./sources.ts";

const HELPER_IMAGE = "busybox:1.37";

/** One Job for each decided call of a service, in the order of the decisions; its program must be ready. */
export function serviceCalls(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
  digestKey: string,
): JobResult {
  const calls = Object.entries(decisions.calls?.[service] ?? {});
  const sources = new Sources(conversion);
  if (calls.length > 0 && (conversion.services.get(service)?.kind ?? "none") === "none") {
    return {
      objects: [],
      findings: [sources.missingService(new Decided(decisions, "calls", service), service)],
    };
  }
  const ports = portsOf(conversion, service);
  const findings: Diagnostic[] = [];
  const objects = calls.flatMap(([name, call]) => {
    const path = new Decided(decisions, "calls", service, name);
    const port = call.port ?? (ports.length === 1 ? ports[0] : undefined);
    const used = Object.entries(call.variables ?? {});
    if (port === undefined) findings.push(whichPort(path, ports));
    findings.push(...placeholderProblems(path, call));
    const variables: Record<string, Variable> = {
      WAIT_SECONDS: { text: "300" },
      CALL_SECONDS: { text: String(call.seconds ?? 600) },
      CALL_HOST: { text: label(service) },
      CALL_PORT: { text: String(port ?? 0) },
      ...Object.assign(
        {},
        ...used.map(([key, reference]) =>
          sources.variable(`VALUE_${key}`, reference, path.at("variables", key))
        ),
      ),
    };
    const object = scriptJob({
      name: label(`${service}-call-${name}`),
      namespace: conversion.namespace,
      service,
      image: decisions.helperImage ?? HELPER_IMAGE,
      script: CALL_SCRIPT,
      arguments: [call.path, call.method ?? "GET", ...used.map(([key]) => key)],
      variables,
      digestKey,
      deadlineSeconds: 300 + (call.seconds ?? 600),
    });
    return [{ object, service }];
  });
  const all = [...findings, ...sources.findings];
  return all.length > 0 ? { objects: [], findings: all } : { objects, findings: [] };
}

/** The ports by which the service is reached in the cluster. */
function portsOf(conversion: Conversion, service: string): number[] {
  const specs = (conversion.services.get(service)?.network ?? []).map(({ object }) => object["spec"]);
  const ports = specs.flatMap((spec) =>
    // The edge: a Service that this project planned.
    (spec as { readonly ports?: readonly { readonly port: number }[] } | undefined)?.ports ?? []
  );
  return [...new Set(ports.map(({ port }) => port))];
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
        `Add variables: { ${name}: … }`,
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
