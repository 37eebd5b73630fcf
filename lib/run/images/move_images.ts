/** Brings images from an engine to the node's containerd, one after the other, and proves that they are the same. */
import { statfs } from "node:fs/promises";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { type Engine, EngineError, exportImages } from "../../docker/engine.ts";
import { inspectImage, layerSizes } from "../../docker/image_identity.ts";
import { type ContainerStore, importArchive, pinImage, StoreError } from "../../node/container_store.ts";
import type { PlannedImage } from "./image_plan.ts";
import { storedImages } from "./node_images.ts";
import { bytesText } from "./bytes.ts";
import { storedName } from "./wanted.ts";

/** What happens while images are moved. */
export type ImageEvent =
  | { readonly type: "image-started"; readonly image: string; readonly id: string; readonly bytes: number }
  /** So much of it was sent; the archive is a little larger than the files in it. */
  | { readonly type: "image-progress"; readonly image: string; readonly sent: number; readonly bytes: number }
  | {
    readonly type: "image-finished";
    readonly image: string;
    readonly id: string;
    readonly sent: number;
    readonly durationMs: number;
  }
  | { readonly type: "image-failed"; readonly image: string; readonly diagnostic: Diagnostic };

/** From where to where. */
export interface Move {
  readonly engine: Engine;
  readonly store: ContainerStore;
  readonly signal: AbortSignal;
}

const PROGRESS_MS = 200;

/**
 * Moves all that is to be moved, and pins what is there already. The first that fails ends it: what is there stays, and the
 * next run goes on after it.
 */
export async function* moveImages(images: readonly PlannedImage[], move: Move): AsyncGenerator<ImageEvent> {
  const moving = { ...move, layers: new Set<string>() };
  for (const image of images) {
    try {
      const layers = image.id === undefined ? new Map<string, number>() : await layersOf(image, move.engine);
      if (image.state === "move") yield* moveImage(image, layers, moving);
      else if (image.state === "there" && image.isOnlyHere && image.isUnpinned) {
        await pinImage(move.store, storedName(image.reference));
      }
      for (const layer of layers.keys()) moving.layers.add(layer);
    } catch (error) {
      move.signal.throwIfAborted();
      yield { type: "image-failed", image: image.reference, diagnostic: failed(image, error, move) };
      return;
    }
  }
}

interface Moving extends Move {
  /** Layers of images that the node has: these are not stored twice. */
  readonly layers: Set<string>;
}

async function layersOf({ id = "" }: PlannedImage, engine: Engine): Promise<ReadonlyMap<string, number>> {
  const known = await inspectImage(engine, id);
  return known === undefined ? new Map() : await layerSizes(engine, known);
}

async function* moveImage(
  image: PlannedImage,
  layers: ReadonlyMap<string, number>,
  { engine, store, signal, layers: present }: Moving,
): AsyncGenerator<ImageEvent> {
  const { reference, id = "", bytes } = image;
  const began = performance.now();
  await refuseChanged(image, engine);
  const anew = [...layers].filter(([layer]) => !present.has(layer)).reduce((sum, [, size]) => sum + size, 0);
  await refuseFull(image, anew, store);
  yield { type: "image-started", image: reference, id, bytes };
  let [sent, told] = [0, began];
  for await (const part of importArchive(store, exportImages(engine.endpoint, [reference], signal), signal)) {
    sent += part;
    if (performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    yield { type: "image-progress", image: reference, sent, bytes };
  }
  const name = storedName(reference);
  const digests = (await storedImages(store, [name])).get(name)?.digests ?? [];
  if (!digests.some((digest) => image.ids.includes(digest))) {
    throw new Refused(await notTheSame(image, digests, engine));
  }
  await pinImage(store, name);
  yield {
    type: "image-finished",
    image: reference,
    id,
    sent,
    durationMs: Math.round(performance.now() - began),
  };
}

/** Carries what is to be said. */
class Refused extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** A tag may be built or pulled anew while somebody reads the plan. */
async function refuseChanged(image: PlannedImage, engine: Engine): Promise<void> {
  const now = await inspectImage(engine, image.reference);
  if (now?.ids.some((id) => image.ids.includes(id)) === true) return;
  throw new Refused(changed(image, now?.id));
}

function changed({ reference, id }: PlannedImage, now: string | undefined): Diagnostic {
  return {
    code: "run-image-changed",
    severity: "error",
    message: now === undefined
      ? `The engine has no image "${reference}" any more, which it had when this run began`
      : `Image "${reference}" is another one than when this run began: it was ${short(id)} and is ${
        short(now)
      }`,
    hint: "Run the same command again: it reads the engine's images again",
  };
}

/** Nothing is begun that cannot end: archive and files of the image lie side by side in containerd. */
async function refuseFull(
  { reference }: PlannedImage,
  bytes: number,
  { root }: ContainerStore,
): Promise<void> {
  const free = await freeBytes(root);
  if (free === undefined || free > 2 * bytes) return;
  throw new Refused({
    code: "run-image-no-room",
    severity: "error",
    message:
      `Image "${reference}" needs about ${
        bytesText(2 * bytes)
      } where the node keeps its images (${root}), and ` +
      `${bytesText(free)} are free; nothing of it was written`,
    hint: "Make room there, then run the same command again: images that are there are not sent again",
  });
}

/** Bytes that are free on the file system of a path; undefined where it cannot be asked, or has no size, as /proc. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(path);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The engine's tag was moved while it was read, or what arrived is not what was sent. */
async function notTheSame(
  image: PlannedImage,
  digests: readonly string[],
  engine: Engine,
): Promise<Diagnostic> {
  const now = await inspectImage(engine, image.reference);
  if (now?.ids.some((id) => digests.includes(id)) === true) return changed(image, now.id);
  return {
    code: "run-image-not-same",
    severity: "error",
    message: `Image "${image.reference}" is ${short(image.id)} in the engine, and the node has ${
      digests.length === 0 ? "none of the name" : digests.map(short).join(", ")
    } after it was sent`,
    hint: `Look with: docker image inspect ${image.reference}`,
  };
}

function failed({ reference }: PlannedImage, error: unknown, { store, engine }: Move): Diagnostic {
  if (error instanceof Refused) return error.diagnostic;
  const isEngine = error instanceof EngineError;
  if (!isEngine && !(error instanceof StoreError)) throw error;
  const isFull = /no space left on device/i.test(error.message);
  return {
    code: isFull ? "run-image-no-room" : "run-image-failed",
    severity: "error",
    message: isEngine
      ? `Image "${reference}" could not be read from the engine at "${engine.endpoint.host}": ${error.message}`
      : `Image "${reference}" could not be written to the node's ${store.title}: ${error.message}`,
    hint: isFull
      ? `Make room ${
        isEngine ? "for the engine" : `in ${store.root}`
      }, then run the same command again: images that are there are not sent again`
      : "Run the same command again: images that are there are not sent again",
  };
}

/** As docker shows an id. */
function short(id = "none"): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}
