/** What an engine knows an image by (Engine API, "ImageInspect"). */
import { field, items } from "../values/json.ts";
import type { Engine } from "./engine.ts";

/** An image of an engine. */
export interface ImageIdentity {
  /** As `docker image inspect` names it: the digest of its configuration, or in containerd's store that of its manifest. */
  readonly id: string;
  /** Every digest that means the same image. */
  readonly ids: readonly string[];
  /** `name@sha256:…` of the registries that it was pulled from or pushed to. */
  readonly repoDigests: readonly string[];
  /** Bytes of its files. */
  readonly size: number;
  readonly answer: unknown;
}

/** Undefined where the engine has no such image. @throws EngineError where it does not answer */
export async function inspectImage(engine: Engine, reference: string): Promise<ImageIdentity | undefined> {
  const answer = await engine.json(`/images/${imagePath(reference)}/json`);
  const id = field(answer, "Id");
  if (typeof id !== "string") return undefined;
  const descriptor = field(field(answer, "Descriptor"), "digest");
  return {
    id,
    ids: [...new Set([id, ...typeof descriptor === "string" ? [descriptor] : []])],
    repoDigests: items(field(answer, "RepoDigests")).filter((digest) => typeof digest === "string"),
    size: Number(field(answer, "Size") ?? 0),
    answer,
  };
}

/** An image reference as a path: its slashes stay, everything else that a URL reads is escaped. */
export function imagePath(reference: string): string {
  return reference.split("/").map(encodeURIComponent).join("/");
}

/**
 * Bytes of each layer, by the digest of its content; images that are built on one another have layers in common.
 * (Engine API, "ImageHistory": a step that changed no file made no layer.)
 *
 * @throws EngineError where the engine does not answer
 */
export async function layerSizes(
  engine: Engine,
  { id, size, answer }: ImageIdentity,
): Promise<ReadonlyMap<string, number>> {
  const layers = items(field(field(answer, "RootFS"), "Layers")).map(String);
  const history = items(await engine.json(`/images/${imagePath(id)}/history`));
  const sizes = history.map((step) => Number(field(step, "Size") ?? 0)).filter((bytes) => bytes > 0)
    .reverse();
  return sizes.length === layers.length
    ? new Map(layers.map((layer, index) => [layer, sizes[index] ?? 0]))
    : new Map([[id, size]]);
}
