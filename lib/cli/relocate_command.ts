/** `relocate`: the commands by which data gets out from below Docker's root. Writes nothing and asks no cluster. */
import { join } from "node:path";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { type Container, listContainers } from "../docker/containers.ts";
import { EngineError } from "../docker/engine.ts";
import { findEngines } from "../docker/engines.ts";
import {
  type RelocatedData,
  type Relocation,
  renderRelocationHtml,
  renderRelocationMarkdown,
} from "../report/relocation_page.ts";
import { label, shortHash } from "../stack/names.ts";
import type { DataBelow } from "../views/data_below.ts";
import { belowDocker } from "./below_docker.ts";
import type { CommandOptions } from "./command.ts";
import { planStack } from "./plan_stack.ts";
import { kubectlFlags, sameFlags } from "./same_flags.ts";
import { refuse } from "./status_command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the page. */
export async function relocate(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings.terminal(options.color === false);
  const stack = await planStack(options, surroundings);
  const { project, conversion, plan, decisions } = stack;
  if (project === undefined || conversion === undefined || plan === undefined) return refuse(stack);
  const { containers, silent } = decisions.engine === "none"
    ? { containers: [], silent: [] }
    : await lookAtEngines(surroundings);
  const data = (await belowDocker(stack, surroundings)).map((one): RelocatedData => {
    const own = containers.filter((container) => isOf(container, one, project.name));
    return {
      ...one,
      to: join(String(options["to"]), folderOf(one.key)),
      containers: own.filter((container) => !isActive(container)).map(({ name }) => name),
      writers: containers.filter((container) =>
        isActive(container) && (own.includes(container) || writesTo(container, one.path))
      ).map(({ name }) => name),
    };
  });
  const page: Relocation = {
    project: project.name,
    namespace: conversion.namespace,
    flags: sameFlags(options, surroundings.directory),
    kubectlFlags: kubectlFlags(options, surroundings.directory),
    data: data.filter(({ writers }) => writers.length === 0),
    inUse: data.filter(({ writers }) => writers.length > 0),
    silent,
  };
  if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, ...page })}\n`);
  else out(options.output === "html" ? renderRelocationHtml(page) : renderRelocationMarkdown(page));
  return ExitCode.ok;
}

/** All containers of this machine, and the engines that did not tell theirs. */
async function lookAtEngines(
  { environment }: Pick<Surroundings, "environment">,
): Promise<{ readonly containers: readonly Container[]; readonly silent: readonly string[] }> {
  using engines = await findEngines(environment);
  const silent = engines.silent.map(({ endpoint }) => endpoint.host);
  const containers: Container[] = [];
  for (const known of engines.known) {
    try {
      containers.push(...await listContainers(known));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      silent.push(known.engine.endpoint.host);
    }
  }
  return { containers, silent };
}

function isOf({ project, service }: Container, { services }: DataBelow, name: string): boolean {
  return project === name && service !== undefined && services.includes(service);
}

function isActive({ state }: Container): boolean {
  return state === "running" || state === "paused" || state === "restarting";
}

function writesTo({ writes }: Container, path: string): boolean {
  return writes.some(({ sources }) =>
    sources.some((source) => `${path}/`.startsWith(`${source}/`) || source.startsWith(`${path}/`))
  );
}

/** No two volumes have one: `a_b` and `a-b` stay as they are, and what is no name of a folder has its hash. */
function folderOf(key: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(key) ? key : `${label(key)}-${shortHash(key)}`;
}
