/** What the sources of bind mounts truly are: Docker and the kubelet follow links, and so would two writers meet. */
import type { Project } from "../../compose/project.ts";
import { realPathOf } from "../files/inside.ts";

/** One, as the machine has it now. */
export interface BindSource {
  /** Absolute, links followed, also where nothing is there yet. */
  readonly real: string;
  /** `socket`: or a pipe, by which somebody is spoken to, also where it is mounted read-only; `other`: a device. */
  readonly kind: "directory" | "file" | "socket" | "other" | "missing";
}

/** By the path as the project has it. */
export type BindSources = ReadonlyMap<string, BindSource>;

/** Those of every service. @throws Error where links lead round in a circle or a folder may not be looked into */
export async function readBindSources({ services }: Project): Promise<BindSources> {
  const paths = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ type, source }) => type === "bind" && source !== undefined ? [source] : [])
  );
  return new Map(
    await Promise.all([...new Set(paths)].map(async (path) => [path, await sourceAt(path)] as const)),
  );
}

async function sourceAt(path: string): Promise<BindSource> {
  const real = await realPathOf(path);
  const info = await Deno.stat(real).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  });
  if (info === undefined) return { real, kind: "missing" };
  if (info.isSocket === true || info.isFifo === true) return { real, kind: "socket" };
  return { real, kind: info.isDirectory ? "directory" : info.isFile ? "file" : "other" };
}
