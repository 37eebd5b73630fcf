/** What an engine told of a stack, and what was concluded from it: kept beside the stack in its cluster. */
import type { ImageFacts } from "./image_facts.ts";

/** The ConfigMap that keeps it, in the stack's namespace, and its key. */
export const SEEN_NAME = "migration-seen";
export const SEEN_KEY = "seen.json";

/** Conclusions from an engine. */
export interface Seen {
  /** By service: whether its program has ended with success while others of the project went on. */
  readonly ended: Readonly<Record<string, boolean>>;
  /** By service and path in its container: the machine's directory of an anonymous volume. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By key: the machine's directory of a named volume, where it is not the usual one. */
  readonly places: Readonly<Record<string, string>>;
  /** By image reference. */
  readonly images: Readonly<Record<string, ImageFacts>>;
}

export const NOTHING_SEEN: Seen = { ended: {}, volumes: {}, places: {}, images: {} };

/**
 * What was concluded first holds, as containers end and go while a stack is moved. Of an image the engine's word of
 * today counts, since it may be another one under the same name; users that were read from a container stay known.
 */
export function withRecorded(now: Seen, recorded: Seen): Seen {
  const images = Object.fromEntries(
    Object.entries(now.images).map(([name, facts]) => [name, mergedFacts(facts, recorded.images[name])]),
  );
  const volumes = Object.fromEntries(
    [...new Set([...Object.keys(now.volumes), ...Object.keys(recorded.volumes)])].map((service) => [
      service,
      { ...now.volumes[service], ...recorded.volumes[service] },
    ]),
  );
  return {
    ended: { ...now.ended, ...recorded.ended },
    volumes,
    places: { ...now.places, ...recorded.places },
    images: { ...recorded.images, ...images },
  };
}

function mergedFacts(now: ImageFacts, recorded: ImageFacts | undefined): ImageFacts {
  return recorded?.users === undefined ? now : { ...now, users: { ...recorded.users, ...now.users } };
}

/** Whether there is nothing to record. */
export function isNothing({ ended, volumes, places, images }: Seen): boolean {
  return [ended, volumes, places, images].every((part) => Object.keys(part).length === 0);
}

/** As it is recorded: the same conclusions give the same bytes, those of older versions too, which know no places. */
export function writeSeen({ places, ...seen }: Seen): string {
  const told = Object.keys(places).length === 0 ? seen : { ...seen, places };
  return `${JSON.stringify(ordered(told), undefined, 2)}\n`;
}

/** What was recorded; nothing where the text is no record. */
export function readSeen(text: string | undefined): Seen {
  try {
    const value: unknown = JSON.parse(text ?? "");
    // The edge: written by `writeSeen`; whoever edits it decides.
    return typeof value === "object" && value !== null ? { ...NOTHING_SEEN, ...value } : NOTHING_SEEN;
  } catch {
    return NOTHING_SEEN;
  }
}

/** Keys in their order, whoever was asked first. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => left < right ? -1 : 1)
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
