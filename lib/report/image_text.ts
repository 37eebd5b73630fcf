/** Images for people: where each one is, and how far its move is. */
import { visibleAll } from "../diagnostics/visible.ts";
import { registryOf } from "../stack/registry_logins.ts";
import { bytesText } from "../run/images/bytes.ts";
import type { PlannedImage } from "../run/images/image_plan.ts";
import type { ImageSight } from "../run/images/look.ts";
import type { ImageEvent } from "../run/images/move_images.ts";
import { tableLines } from "./table.ts";

/** A table of the images, and how much room there is; empty for none. */
export function renderImages({ images, node, free }: ImageSight): string {
  const told = visibleAll(images);
  if (told.length === 0) return "";
  const rows = told.map((image) => [image.reference, placeWords(image, node?.store !== undefined)]);
  const moving = told.filter(({ state }) => state === "move");
  const bytes = moving.reduce((sum, image) => sum + image.bytes, 0);
  const room = free === undefined || moving.length === 0
    ? ""
    : `  To move: at most ${
      bytesText(bytes)
    }, stored twice (archive and files); free in ${node?.store?.root}: ${bytesText(free)}\n`;
  return `\nImage by image:\n${tableLines(rows).map((line) => `  ${line}\n`).join("")}${room}`;
}

/** The images that a run would move, a line each. */
export function movingLines({ images, node }: ImageSight): string {
  if (node?.store === undefined) return "";
  return visibleAll(images).filter(({ state }) => state === "move")
    .map(({ reference, bytes }) => `Image ${reference} to move, ${bytesText(bytes)}\n`).join("");
}

function placeWords(image: PlannedImage, canMove: boolean): string {
  const { reference, state, isOnlyHere, bytes } = image;
  const size = bytes === 0 ? "" : `, ${bytesText(bytes)}`;
  switch (state) {
    case "there":
      return image.isSame ? "the node has the same one as the engine" : "the node has it";
    case "pull":
      return `pulled by the node from ${registryOf(reference)}`;
    case "nowhere":
      return "not in the engine, and neither the node nor a registry is known to have it";
    case "move": {
      const where = isOnlyHere
        ? `in the engine only${size}`
        : `in the engine${size}, as it was pulled from ${registryOf(reference)}`;
      return `${where}${canMove ? "; moved before the pods start" : ""}`;
    }
    case "other":
      return "the node has another one than the engine, and keeps it";
  }
}

/** What happened, as a line; undefined for what only a terminal shows. */
export function imageLine(event: ImageEvent): string | undefined {
  switch (event.type) {
    case "image-started":
      return `Image ${event.image}: ${bytesText(event.bytes)} to the node`;
    case "image-finished": {
      const seconds = (event.durationMs / 1000).toFixed(1);
      return `Image ${event.image}: moved, ${bytesText(event.sent)} in ${seconds}s, the same (${
        shortId(event.id)
      })`;
    }
    default:
      return undefined;
  }
}

/** How far it is, for a terminal that is drawn over. */
export function imageProgress(event: ImageEvent): string | undefined {
  if (event.type !== "image-progress") return undefined;
  const { image, sent, bytes } = event;
  const part = bytes === 0
    ? ""
    : ` of about ${bytesText(bytes)} (${Math.min(99, Math.floor(100 * sent / bytes))} %)`;
  return `Image ${image}: ${bytesText(sent)}${part}`;
}

/** As docker shows it. */
function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}

/** What of it others may want to read. */
export function imageJson({ images, node, free }: ImageSight): Record<string, unknown> {
  return {
    images: images.map(({ ids: _, ...image }) => image),
    ...(node?.store === undefined ? {} : { store: { title: node.store.title, root: node.store.root } }),
    ...(free === undefined ? {} : { free }),
  };
}
