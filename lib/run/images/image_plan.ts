/** What has to be done with each image before pods are started from it. No I/O: decides from what was seen. */
import type { ImageIdentity } from "../../docker/image_identity.ts";
import { storedName, type WantedImage } from "./wanted.ts";

/**
 * What becomes of an image:
 * - `there`: the node has the one that the engine has, or one of the name that nobody can compare with the engine's
 * - `move`: the engine has it and the node does not
 * - `other`: the node has another one under the name than the engine; which of them is the newer one nobody can tell
 * - `pull`: the node asks its registry
 * - `nowhere`: nobody has it, and no registry is known to
 */
export type ImageState = "there" | "move" | "other" | "pull" | "nowhere";

/** One image, and where it is. */
export interface PlannedImage extends WantedImage {
  readonly state: ImageState;
  /** As the engine has it now. */
  readonly id?: string;
  /** Every digest that the engine knows it by. */
  readonly ids: readonly string[];
  /** Bytes of its files. */
  readonly bytes: number;
  /** No registry is known to have it. */
  readonly isOnlyHere: boolean;
  /** The node has the very one that the engine has. */
  readonly isSame: boolean;
  /** The node's is not pinned yet. */
  readonly isUnpinned: boolean;
}

/** What the engine knows, by reference as pods write it. */
export type EngineImages = ReadonlyMap<string, ImageIdentity>;

/** What the node has, by full name: the digests that an engine may know it by. */
export type NodeImages = ReadonlyMap<
  string,
  /** No digests where only names are told. */
  { readonly digests: readonly string[]; readonly isPinned: boolean }
>;

/** How it is decided. */
export interface ImageChoices {
  /** Made here by the files: a registry has no image, or another one, of the name. */
  readonly built: ReadonlySet<string>;
  /** Decided: what a registry has is pulled, and only the rest is moved. */
  readonly fromRegistry: boolean;
}

/** Every image with what becomes of it. */
export function planImages(
  wanted: readonly WantedImage[],
  engine: EngineImages,
  node: NodeImages | undefined,
  choices: ImageChoices,
): readonly PlannedImage[] {
  return wanted.map((image) => {
    const { reference } = image;
    const own = engine.get(reference);
    const has = node?.get(storedName(reference));
    const isOnlyHere = choices.built.has(reference) || image.isNeverPulled || own?.repoDigests.length === 0;
    const isSame = own !== undefined && has?.digests.some((digest) => own.ids.includes(digest)) === true;
    const isOther = own !== undefined && has !== undefined && has.digests.length > 0 && !isSame;
    return {
      ...image,
      state: stateOf(image, { own, has: has !== undefined, isOther, isOnlyHere }, choices),
      ...(own === undefined ? {} : { id: own.id }),
      ids: own?.ids ?? [],
      bytes: own?.size ?? 0,
      isOnlyHere,
      isSame,
      isUnpinned: has?.isPinned === false,
    };
  });
}

interface Facts {
  readonly own: ImageIdentity | undefined;
  readonly has: boolean;
  readonly isOther: boolean;
  readonly isOnlyHere: boolean;
}

function stateOf(
  { reference, isPulledAlways }: WantedImage,
  { own, has, isOther, isOnlyHere }: Facts,
  { fromRegistry }: ImageChoices,
): ImageState {
  if (has && !isOther) return "there";
  // A digest is that of a registry's manifest, which an archive does not have.
  const isByDigest = reference.includes("@");
  if (own === undefined || isByDigest) {
    if (has) return "there";
    return isOnlyHere && !isByDigest ? "nowhere" : "pull";
  }
  if (!isOnlyHere && isPulledAlways) return "pull";
  if (!isOnlyHere && fromRegistry) return has ? "there" : "pull";
  return has ? "other" : "move";
}
