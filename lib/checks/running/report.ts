/** What runs in Docker beside what the files say, so that nobody moves a configuration that was never started. */
import type { Project, Service } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { isSkipped } from "../../stack/context.ts";
import { differences } from "./compare.ts";
import type { RunningStack, StartedContainer } from "./container.ts";

/** The stack, and how docker compose is told which one is meant. */
export interface Compared {
  /** As its files have it. */
  readonly project: Project;
  readonly decisions: Decisions;
  /** `docker compose -f …`, as somebody would type it. */
  readonly compose: string;
}

/**
 * One finding for each service whose containers differ, for each that does not run as it should, for what runs and is
 * in no file, and for a project of another name. Nothing where the engine has no container of the stack.
 */
export function compareRunning(compared: Compared, stack: RunningStack): readonly Diagnostic[] {
  const { project, decisions } = compared;
  const byService = Map.groupBy(stack.containers, ({ service }) => service);
  const moved = Object.values(project.services).filter(({ name }) => !isSkipped(decisions, name));
  // A stack that was stopped as a whole is about to be moved.
  const isUp = stack.containers.some(isActive);
  return [
    ...otherNames(compared, stack),
    ...moved.flatMap((service) => {
      const containers = byService.get(service.name) ?? [];
      if (!isUp) return [];
      if (containers.length === 0) return [neverStarted(service, compared)];
      const active = containers.filter(isActive);
      return [
        ...(active.length === 0 ? ended(service, containers, compared) : troubled(service, active, compared)),
        ...differing(service, active, compared, stack),
      ];
    }),
    ...[...byService].flatMap(([name, containers]) => strangers(name, containers, compared)),
  ];
}

/** What is stopped is not what people use: what it was started with says nothing of what they see. */
function isActive({ state }: StartedContainer): boolean {
  return ["running", "paused", "restarting"].includes(state);
}

function differing(
  service: Service,
  containers: readonly StartedContainer[],
  { project, compose }: Compared,
  stack: RunningStack,
): readonly Diagnostic[] {
  const found = containers.map((container) => ({
    container,
    what: differences(service, container, project, stack),
  })).filter(({ what }) => what.length > 0);
  const [first] = found;
  if (first === undefined) return [];
  const others = found.length === 1 ? "" : ` and ${found.length - 1} more`;
  const what = [...new Set(found.flatMap((one) => one.what))];
  return [{
    code: "docker-runs-other",
    severity: "warning",
    message:
      `Container "${first.container.name}"${others} of service "${service.name}" was started with something ` +
      `else than the files say now: ${what.join("; ")}; the move starts what the files say`,
    ...placed(project, service.name),
    hint: `Start it in Docker as the files have it, and check that it works: ${compose} up -d ${
      shellWord(service.name)
    }\nOr go on; then the cluster is the first to run it`,
  }];
}

function neverStarted({ name }: Service, { project, compose }: Compared): Diagnostic {
  return {
    code: "docker-not-running",
    severity: "info",
    message: `Service "${name}" has no container, while others of the project have; the move starts it`,
    ...placed(project, name),
    hint: `Start it in Docker and check that it works: ${compose} up -d ${shellWord(name)}\n` +
      `Or leave it out, in decisions.yaml: services: { ${yamlWord(name)}: { skip: "not used" } }`,
  };
}

/** None of its containers runs. What ended with success, and is not started again by itself, was meant to. */
function ended(
  { name, restart = "no" }: Service,
  containers: readonly StartedContainer[],
  { project, compose }: Compared,
): readonly Diagnostic[] {
  const [first] = containers;
  const isMeant = containers.every(({ state, exitCode }) => state === "exited" && exitCode === 0) &&
    !/^(always|unless-stopped)$/.test(restart);
  if (first === undefined || isMeant) return [];
  const isStopped = [0, 137, 143].includes(first.exitCode) && !first.isOutOfMemory;
  const reason = first.isOutOfMemory ? ", killed as it had no memory left" : exitWords(first.exitCode);
  const why = first.state === "created"
    ? "was made and never started"
    : `has ended with ${first.exitCode}${reason}`;
  return [{
    code: "docker-not-running",
    severity: isStopped ? "info" : "warning",
    message: `Service "${name}" does not run: container "${first.name}" ${why}; the move starts it`,
    ...placed(project, name),
    hint: `Find out why: ${compose} logs --tail 50 ${shellWord(name)}`,
  }];
}

/** As a shell counts ends by a signal. */
function exitWords(code: number): string {
  if (code === 137) return ", killed";
  return code === 143 ? ", stopped" : "";
}

function troubled(
  { name }: Service,
  containers: readonly StartedContainer[],
  { project, compose }: Compared,
): readonly Diagnostic[] {
  const found = containers.flatMap((container) => {
    const { state, health, exitCode } = container;
    if (state === "restarting") {
      return [{ container, how: `restarts repeatedly; it last ended with ${exitCode}` }];
    }
    if (state === "paused") return [{ container, how: "is paused" }];
    return health === "unhealthy" ? [{ container, how: "is unhealthy by its own health check" }] : [];
  });
  const [first] = found;
  if (first === undefined) return [];
  return [{
    code: "docker-not-running",
    severity: "warning",
    message:
      `Service "${name}" does not work now: container "${first.container.name}" ${first.how}; moving it does not fix that`,
    ...placed(project, name),
    hint: `Find out why: ${compose} logs --tail 50 ${shellWord(name)}`,
  }];
}

/** Containers of the project of which the files say nothing, or nothing with these profiles. */
function strangers(
  name: string,
  containers: readonly StartedContainer[],
  { project, compose }: Compared,
): readonly Diagnostic[] {
  if (Object.hasOwn(project.services, name)) return [];
  const [first] = containers.filter(isActive);
  if (first === undefined) return [];
  const off = Object.hasOwn(project.disabledServices, name) ? project.disabledServices[name] : undefined;
  const [profile] = off?.profiles ?? [];
  return [{
    code: "docker-not-in-files",
    severity: "warning",
    message: profile === undefined
      ? `Container "${first.name}" of service "${name}" runs, and the files have no such service: it is not moved`
      : `Container "${first.name}" of service "${name}" runs, and its profile "${profile}" is not selected: it is not moved`,
    hint: profile === undefined
      ? `Name the file that has it with -f, or stop it: ${compose} rm --stop ${shellWord(name)}`
      : `Add --profile ${shellWord(profile)}`,
  }];
}

/** Volumes and networks carry the name, so that under another one nothing of the stack would be found. */
function otherNames(
  { project, compose }: Compared,
  { containers, otherProjects }: RunningStack,
): readonly Diagnostic[] {
  return [...otherProjects].filter(([, services]) =>
    services.some((name) => Object.hasOwn(project.services, name))
  )
    .map(([name, services]) => ({
      code: "docker-other-project",
      severity: "warning",
      message:
        `Containers of ${
          services.map((service) => `"${service}"`).join(", ")
        } were started from this folder as project ` +
        `"${name}"${
          containers.length === 0 ? `, and none as "${project.name}"` : ""
        }: their volumes are called ` +
        `"${name}_…", and the move would not find them`,
      hint: `Add --project-name ${shellWord(name)}, or look: ${
        compose.replace(/^(docker compose).*/, "$1")
      } ls --all`,
    }));
}

function placed({ span }: Project, service: string): Pick<Diagnostic, "span"> {
  const place = span(["services", service]);
  return place === undefined ? {} : { span: place };
}
