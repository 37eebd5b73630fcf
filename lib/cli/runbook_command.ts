/** `runbook`: the page for the night of a crossing. Asks the engines of this machine what runs, and no cluster. */
import type { Project, Service } from "../../compose/project.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";
import { crossingsOf, withCutovers } from "../migration/cutovers.ts";
import { asRehearsed } from "../rehearsal/as_rehearsed.ts";
import { readFigures } from "../rehearsal/figures.ts";
import { renderRunbookHtml, renderRunbookMarkdown } from "../report/runbook_page.ts";
import type { CrossingOptions } from "../run/crossing_options.ts";
import { planCrossing } from "../run/crossing_plan.ts";
import { isActive } from "../run/guard/container_words.ts";
import { OldSide } from "../run/old_side.ts";
import { milliseconds } from "../values/duration.ts";
import { type Runbook, runbookOf } from "../views/runbook.ts";
import type { CommandOptions } from "./command.ts";
import { asBackedUp } from "./backups_before.ts";
import { claimsOf, crossingOptions } from "./crossing_of.ts";
import { planStack } from "./plan_stack.ts";
import { sameFlags } from "./same_flags.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the page. */
export async function runbook(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings.terminal(options.color === false);
  const page = await made(options, surroundings);
  if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, ...page })}\n`);
  else out(options.output === "html" ? renderRunbookHtml(page) : renderRunbookMarkdown(page));
  return ExitCode.ok;
}

async function made(options: CommandOptions, surroundings: Surroundings): Promise<Runbook> {
  const stack = await planStack(options, surroundings);
  const { project, plan, conversion, decisions, directory } = stack;
  const given = crossingOptions({ stack, surroundings, options });
  if (project === undefined || plan === undefined || conversion === undefined || given === undefined) {
    return refuse(stack);
  }
  const crossings = crossingsOf(conversion);
  const { oldSide, isSeen } = await sideOf(new OldSide(given), project, given.grace);
  const { migrations } = withCutovers(plan, crossings);
  const asked = {
    crossings,
    cutovers: new Map(),
    oldSide,
    decided: given.decided,
    claims: claimsOf(stack),
  };
  const figures = await readFigures(directory);
  const planned = await asBackedUp(await planCrossing(plan.migrations, asked), decisions);
  const crossing = asRehearsed(planned, figures, project.name);
  const { contacts, services = {} } = decisions;
  return runbookOf({
    project: project.name,
    namespace: conversion.namespace,
    flags: sameFlags(options, surroundings.directory),
    ...(contacts === undefined ? {} : { contacts }),
    migrations,
    crossing,
    isSeen,
    backSeconds: figures?.project !== project.name ? {} : Object.fromEntries(
      Object.entries(figures.services).flatMap(([name, { backSeconds }]) =>
        backSeconds === undefined ? [] : [[name, backSeconds]]
      ),
    ),
    staying: Object.fromEntries(
      Object.entries(services).flatMap(([name, { skip }]) => skip === undefined ? [] : [[name, skip]]),
    ),
    front: new Set(conversion.front.map(({ object }) => object.metadata.name)),
  });
}

type Sight = Pick<OldSide, "find">;

/** What runs; where nothing does, what the files would start. */
async function sideOf(
  live: OldSide,
  project: Project,
  grace: CrossingOptions["grace"],
): Promise<{ readonly oldSide: Sight; readonly isSeen: boolean }> {
  const found = await live.find(Object.keys(project.services));
  if (found.containers.some(isActive)) return { oldSide: live, isSeen: true };
  const find: Sight["find"] = (names) => {
    const services = names.flatMap((name) => project.services[name] ?? []);
    return Promise.resolve({
      containers: services.map((service) => startedBy(service, project, grace(service.name))),
      silent: [],
    });
  };
  return { oldSide: { find }, isSeen: false };
}

/** Its container as `docker compose up` would make it. */
function startedBy(service: Service, project: Project, decided: number | undefined): ServiceContainer {
  const { name, stop_signal: stopSignal = "SIGTERM", stop_grace_period: grace = "10s", volumes = [] } =
    service;
  const writes = volumes.filter(({ type, read_only }) =>
    (type === "bind" || type === "volume") && !read_only
  );
  return {
    id: "",
    name: service.container_name ?? `${project.name}-${name}-1`,
    project: project.name,
    service: name,
    state: "running",
    restart: "",
    exitCode: 0,
    writes: writes.map(({ source = "", target }) => ({ sources: [source === "" ? target : source] })),
    ports: [],
    engine: { title: "", flags: "" },
    host: "",
    restartPolicy: { name: "", maximumRetryCount: 0 },
    stopSignal,
    stopSeconds: decided ?? milliseconds(grace) / 1_000,
    startedAt: "",
    isRemovedAtEnd: false,
    pid: 0,
  };
}
