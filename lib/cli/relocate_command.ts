/** `relocate`: the commands by which data gets out from below Docker's root. Writes nothing and asks no cluster. */
import { join } from "node:path";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import type { Container } from "../docker/containers.ts";
import { type EveryContainer, listEveryContainer } from "../docker/every_container.ts";
import { contains, ownMounts, placeOf } from "../node/place.ts";
import {
  type RelocatedData,
  type Relocation,
  renderRelocationHtml,
  renderRelocationMarkdown,
} from "../report/relocation_page.ts";
import { label, shortHash } from "../stack/names.ts";
import type { DataBelow } from "../views/data_below.ts";
import { belowDocker, dockerRoots } from "./below_docker.ts";
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
  const to = String(options["to"]);
  const roots = await dockerRoots(decisions, surroundings.environment);
  await refuseBelow(to, roots);
  const { containers, silent }: Pick<EveryContainer, "containers" | "silent"> = decisions.engine === "none"
    ? { containers: [], silent: [] }
    : await listEveryContainer(surroundings.environment);
  const below = await belowDocker(stack, surroundings);
  const data = await Promise.all(below.map(async (one): Promise<RelocatedData> => {
    const { real, isOutside } = await reallyAt(one.path, roots);
    const own = containers.filter((container) => isOf(container, one, project.name));
    const stopped = own.filter((container) => !isActive(container));
    return {
      ...one,
      real,
      to: isOutside ? real : join(to, folderOf(one.key)),
      containers: stopped.map(({ name }) => name),
      removals: removalsOf(stopped),
      writers: containers.filter((container) =>
        isActive(container) && (own.includes(container) || writesTo(container, one.path))
      ).map(({ name }) => name),
    };
  }));
  const page: Relocation = {
    project: project.name,
    namespace: conversion.namespace,
    flags: sameFlags(options, surroundings.directory),
    kubectlFlags: kubectlFlags(options, surroundings.directory),
    data: data.filter(({ writers }) => writers.length === 0),
    inUse: data.filter(({ writers }) => writers.length > 0),
    silent: silent.map(({ endpoint }) => endpoint.host),
  };
  if (options.output === "json") out(`${JSON.stringify({ schemaVersion: 1, ...page })}\n`);
  else out(options.output === "html" ? renderRelocationHtml(page) : renderRelocationMarkdown(page));
  return ExitCode.ok;
}

/** Where a directory lies on this machine, links followed, and whether that is outside of Docker's roots. */
async function reallyAt(
  path: string,
  roots: readonly string[],
): Promise<{ readonly real: string; readonly isOutside: boolean }> {
  const mounts = await ownMounts().catch(() => []);
  const place = await placeOf(path, mounts);
  const within = await Promise.all(roots.map(async (root) => contains(await placeOf(root, mounts), place)));
  return { real: place.real, isOutside: !within.includes(true) };
}

/** @throws Failure (2) where the new place would go with Docker as the old one does */
async function refuseBelow(to: string, roots: readonly string[]): Promise<void> {
  const mounts = await ownMounts().catch(() => []);
  const place = await placeOf(to, mounts);
  for (const root of roots) {
    if (!contains(await placeOf(root, mounts), place)) continue;
    throw new Failure(ExitCode.usage, [{
      code: "cli-relocate-below-docker",
      severity: "error",
      message: `Cannot move data to "${to}": it lies below Docker's root "${root}", and would go with Docker`,
      hint: "Name a folder of the node outside of it, such as --to /srv/data",
    }]);
  }
}

/** One command for each engine that has some of them. */
function removalsOf(containers: readonly Container[]): readonly string[] {
  const byEngine = Map.groupBy(containers, ({ engine }) => engine.flags);
  return [...byEngine].map(([flags, own]) =>
    `docker ${flags}rm ${own.map(({ name }) => shellWord(name)).join(" ")}`
  );
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
