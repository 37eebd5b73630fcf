/** `relocate`: the commands by which data gets out from below Docker's root. Writes nothing and asks no cluster. */
import { join } from "node:path";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { findServiceContainers } from "../docker/service_containers.ts";
import {
  type Relocation,
  renderRelocationHtml,
  renderRelocationMarkdown,
} from "../report/relocation_page.ts";
import { label } from "../stack/names.ts";
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
  const { project, conversion, plan } = stack;
  if (project === undefined || conversion === undefined || plan === undefined) return refuse(stack);
  const page: Relocation = {
    project: project.name,
    namespace: conversion.namespace,
    flags: sameFlags(options, surroundings.directory),
    kubectlFlags: kubectlFlags(options, surroundings.directory),
    data: await Promise.all(
      (await belowDocker(stack, surroundings)).map(async (one) => ({
        ...one,
        to: join(String(options["to"]), label(one.key)),
        containers: await containersOf(one, project.name, surroundings),
      })),
    ),
  };
  if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, ...page })}\n`);
  else out(options.output === "html" ? renderRelocationHtml(page) : renderRelocationMarkdown(page));
  return ExitCode.ok;
}

async function containersOf(
  { services }: DataBelow,
  project: string,
  { environment }: Pick<Surroundings, "environment">,
): Promise<readonly string[]> {
  const found = await Promise.all(
    services.map((service) => findServiceContainers(environment, project, service)),
  );
  return found.flatMap(({ containers }) => containers.map(({ name }) => name));
}
