/** A healthcheck as startup and readiness probes. */
import type { Service } from "../../../compose/project.ts";
import { at } from "../../stack/context.ts";
import { hasOwnHealthcheck, probeFromRouting } from "../traefik/health_probe.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { seconds } from "./units.ts";
import { unexpanded } from "../unexpanded.ts";

/** A failing health check never stopped a container; a startup probe does, so it is given an hour. */
const STARTUP_SECONDS = 3600;

/**
 * Readiness takes the place of "healthy" for others; startup keeps it from being asked before the program is up.
 * Liveness would kill where Docker did not, so it comes by decision only. `extra` takes the variables that a check
 * with a secret is read from.
 */
export function probesOf(
  state: ConversionState,
  subject: DecidedService,
  extra: Map<string, { value: string; secret: boolean }>,
): Json {
  const { service, decision } = subject;
  const check = service.healthcheck;
  const written = healthcheckCommand(service);
  if (check === undefined || written === undefined) {
    const routed = hasOwnHealthcheck(service)
      ? undefined
      : probeFromRouting(state.context.routing, service.name);
    return optional("readinessProbe", withoutSecret(state, service, routed));
  }
  const command = readableCommand(state, service, written, extra);
  if (command === undefined) return {};
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

/** Traefik's own check as a probe, where nothing in it is a secret: a header, or a token of its path. */
function withoutSecret(state: ConversionState, service: Service, probe: Json | undefined): Json | undefined {
  // The edge: the JSON of a probe, as it is made beside its caller.
  const get = probe?.["httpGet"] as
    | { path: string; httpHeaders?: readonly { name: string; value: string }[] }
    | undefined;
  if (get === undefined) return probe;
  const pairs = [{ name: "path", value: get.path }, ...get.httpHeaders ?? []];
  const found = pairs.find(({ name, value }) => state.secrets.ofPair(name, value) !== undefined);
  if (found === undefined) return probe;
  state.context.report({
    code: "kube-probe-secret",
    severity: "question",
    message: `Traefik's health check of service "${service.name}" holds a secret (${
      found.name === "path" ? "in its path" : `the header "${found.name}"`
    }) and is left out, since everybody can read a probe`,
    ...at(state.context.project, ["services", service.name]),
    hint: "Give the service a healthcheck of its own: CMD-SHELL with $$VARIABLE",
  });
  return undefined;
}

const SCRIPT_VARIABLE = "COMPOSE_HEALTHCHECK";

/**
 * Everybody can read a probe, and the kubelet expands no variable in it. A shell's script with a secret is read from
 * the environment, where it comes from a Secret; another command cannot be, so it is left out and asked about.
 */
function readableCommand(
  state: ConversionState,
  service: Service,
  command: readonly string[],
  extra: Map<string, { value: string; secret: boolean }>,
): readonly string[] | undefined {
  const why = state.secrets.ofCommand(command);
  if (why === undefined) return command;
  const path = ["services", service.name, "healthcheck", "test"];
  const place = at(state.context.project, path);
  if (service.healthcheck?.test?.[0] === "CMD-SHELL") {
    extra.set(SCRIPT_VARIABLE, { value: command[2] ?? "", secret: true });
    state.notes.push({ what: `${service.name}.healthcheck`, why, ...place });
    return ["/bin/sh", "-c", `exec /bin/sh -c "$${SCRIPT_VARIABLE}"`];
  }
  state.context.report({
    code: "kube-probe-secret",
    severity: "question",
    message:
      `The healthcheck of service "${service.name}" holds a secret (${why}) and is left out, since everybody can read a probe`,
    ...place,
    hint: "Take the value from the container's environment instead: CMD-SHELL with $$VARIABLE",
  });
  return undefined;
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
