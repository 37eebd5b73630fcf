/** A healthcheck as startup and readiness probes. */
import type { Service } from "../../../compose/project.ts";
import { at } from "../../stack/context.ts";
import { hasOwnHealthcheck, probeFromRouting } from "../traefik/health_probe.ts";
import { type Json, optional, type Subject, type Workshop } from "./parts.ts";
import { seconds } from "./units.ts";
import { unexpanded } from "../unexpanded.ts";

/** A failing health check never stopped a container; a startup probe does, so it is given an hour. */
const STARTUP_SECONDS = 3600;

/**
 * Readiness takes the place of "healthy" for others; startup keeps it from being asked before the program is up.
 * Liveness would kill where Docker did not, so it comes by decision only.
 */
export function probesOf(workshop: Workshop, subject: Subject): Json {
  const { service, decision } = subject;
  const check = service.healthcheck;
  const command = healthcheckCommand(service);
  if (check === undefined || command === undefined) {
    const routed = hasOwnHealthcheck(service)
      ? undefined
      : probeFromRouting(workshop.context.routing, service.name);
    return optional("readinessProbe", routed);
  }
  const path = ["services", service.name, "healthcheck", "test"];
  const why = workshop.secrets.ofText(command.join(" "));
  if (why !== undefined) {
    workshop.context.report({
      code: "kube-probe-secret",
      severity: "question",
      message:
        `The healthcheck of service "${service.name}" holds a secret (${why}) and is left out, since everybody can read a probe`,
      ...at(workshop.context.project, path),
      hint: "Take the value from the container's environment instead: CMD-SHELL with $$VARIABLE",
    });
    return {};
  }
  const interval = Math.max(1, seconds(check.interval) ?? 30);
  const timeout = Math.max(1, seconds(check.timeout) ?? 30);
  const retries = Math.max(1, check.retries ?? 3);
  const startPeriod = seconds(check.start_period) ?? 0;
  const startInterval = Math.max(1, seconds(check.start_interval) ?? Math.min(interval, 5));
  const startup = decision.startupSeconds ?? Math.max(STARTUP_SECONDS, startPeriod + retries * interval);
  const exec = { exec: { command: command.map(unexpanded) } };
  const regular = { ...exec, periodSeconds: interval, timeoutSeconds: timeout, failureThreshold: retries };
  return {
    startupProbe: {
      ...exec,
      periodSeconds: startInterval,
      timeoutSeconds: timeout,
      failureThreshold: Math.ceil(startup / startInterval),
    },
    readinessProbe: regular,
    ...optional("livenessProbe", decision.liveness === true ? regular : undefined),
  };
}

/** What runs in the container; nothing where the check is off. */
export function healthcheckCommand(service: Service): string[] | undefined {
  const check = service.healthcheck;
  if (check?.disable === true) return undefined;
  const [form, ...rest] = check?.test ?? [];
  switch (form) {
    case "CMD":
      return rest.length === 0 ? undefined : rest;
    case "CMD-SHELL":
      return rest.length === 0 ? undefined : ["/bin/sh", "-c", rest.join(" ")];
    default:
      return undefined;
  }
}
