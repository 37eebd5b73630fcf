/** A healthcheck as startup and readiness probes. */
import type { Healthcheck, Service } from "../../../compose/project.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { at, type Context, imageOf } from "../../stack/context.ts";
import { hasOwnHealthcheck, probeFromRouting } from "../traefik/health_probe.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { seconds } from "./units.ts";
import { unexpanded } from "../unexpanded.ts";

/** With a liveness probe a container is to be stopped; before its first success only after an hour. */
const STARTUP_SECONDS = 3600;
/**
 * A failing health check never stopped a container (moby's `daemon/health.go` only writes down that it is unhealthy), and
 * a startup probe stops it after so many failures: the largest number that the API takes, which none reaches.
 */
const NEVER = 2 ** 31 - 1;

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
  const shell = shellOf(state.context, service);
  const written = healthcheckCommand(service, shell);
  if (check === undefined || written === undefined) {
    const routed = hasOwnHealthcheck(service)
      ? undefined
      : probeFromRouting(state.context.routing, service.name);
    return optional("readinessProbe", withoutSecret(state, service, routed));
  }
  const command = readableCommand(state, service, { written, shell }, extra);
  if (command === undefined) return {};
  // Zero is what is not said (`daemon/health.go`: its defaults take the place of it).
  const interval = seconds(check.interval) || 30;
  const timeout = seconds(check.timeout) || 30;
  const retries = check.retries || 3;
  const startInterval = seconds(check.start_interval) || Math.min(interval, 5);
  const exec = { exec: { command: command.map(unexpanded) } };
  const regular = { ...exec, periodSeconds: interval, timeoutSeconds: timeout, failureThreshold: retries };
  return {
    startupProbe: {
      ...exec,
      periodSeconds: startInterval,
      timeoutSeconds: timeout,
      failureThreshold: startupFailures(decision, check, startInterval, retries * interval),
    },
    readinessProbe: regular,
    ...optional("livenessProbe", decision.liveness === true ? regular : undefined),
  };
}

/** As many failures as the decided time has room for; without one, and without liveness, there is no end. */
function startupFailures(
  { startupSeconds, liveness }: DecidedService["decision"],
  { start_period: startPeriod }: Healthcheck,
  every: number,
  unhealthyAfter: number,
): number {
  if (startupSeconds === undefined && liveness !== true) return NEVER;
  const usual = Math.max(STARTUP_SECONDS, (seconds(startPeriod) ?? 0) + unhealthyAfter);
  return Math.ceil((startupSeconds ?? usual) / every);
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
 * Shells, and clients of databases and of HTTP: an image has them from a distribution, with the `/bin/sh` of that, while
 * one that is made of a single program asks that program.
 */
const BESIDE_A_SHELL =
  /^(?:.*\/)?(?:(?:ba|da|a|z)?sh|(?:mysql|mariadb)(?:-?admin)?|healthcheck\.sh|(?:redis|valkey|keydb)-cli|mongo(?:sh)?|psql|pg_isready|curl|wget|nc|rabbitmq(?:ctl|-diagnostics)|clickhouse-client|cqlsh|sqlcmd|python3?|node|php|ruby)$/;

/**
 * Everybody can read a probe, and the kubelet expands no variable in it. One with a secret is a script that a shell reads
 * from the environment, where it comes from a Secret; where nothing tells of a shell it is left out and asked about.
 */
function readableCommand(
  state: ConversionState,
  service: Service,
  { written, shell }: { readonly written: readonly string[]; readonly shell: readonly string[] },
  extra: Map<string, { value: string; secret: boolean }>,
): readonly string[] | undefined {
  const why = state.secrets.ofCommand(written);
  if (why === undefined) return written;
  const path = ["services", service.name, "healthcheck", "test"];
  const place = at(state.context.project, path);
  const { test = [] } = service.healthcheck ?? {};
  const isScript = test[0] === "CMD-SHELL";
  if (isScript || BESIDE_A_SHELL.test(written[0] ?? "")) {
    const script = isScript ? test[1] ?? "" : `exec ${written.map(shellWord).join(" ")}`;
    extra.set(SCRIPT_VARIABLE, { value: script, secret: true });
    state.notes.push({ what: `${service.name}.healthcheck`, why, ...place });
    return [...shell, `exec ${shell.map(shellWord).join(" ")} "$${SCRIPT_VARIABLE}"`];
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

const USUAL_SHELL: readonly string[] = ["/bin/sh", "-c"];

/** What an image's `SHELL` says, as far as an engine told. */
function shellOf({ decisions, images }: Context, service: Service): readonly string[] {
  return images(imageOf(decisions, service) ?? "")?.shell ?? USUAL_SHELL;
}

/**
 * What runs in the container; nothing where the check is off. Of CMD-SHELL the first word is the script, and those behind
 * it are its arguments (moby's `daemon/health.go`: they are appended to the image's shell).
 */
export function healthcheckCommand(
  service: Service,
  shell: readonly string[] = USUAL_SHELL,
): string[] | undefined {
  const check = service.healthcheck;
  if (check?.disable === true) return undefined;
  const [form, ...rest] = check?.test ?? [];
  switch (form) {
    case "CMD":
      return rest.length === 0 ? undefined : rest;
    case "CMD-SHELL":
      return rest.length === 0 ? undefined : [...shell, ...rest];
    default:
      return undefined;
  }
}
