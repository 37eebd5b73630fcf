/** What is decided about an image. */
import type { Decisions, ImageDecision } from "../decisions/decisions.ts";
import { imageRepository } from "./known_images.ts";

/** The decision about an image: by its full reference, else its name without the tag. */
export function imageDecision(decisions: Decisions, image: string): ImageDecision | undefined {
  const all = decisions.images ?? {};
  const key = [image, imageRepository(image)].find((candidate) => Object.hasOwn(all, candidate));
  return key === undefined ? undefined : all[key];
}
