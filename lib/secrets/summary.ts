/** The inventory without a single value: what `secrets list` prints. */
import type { SecretGroup, SecretPlace } from "./place.ts";
import { spanOfPlace } from "./place.ts";

/** One place, for people and for JSON. */
export interface PlaceSummary {
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly kind: string | null;
  readonly object: string | null;
  readonly key: string | null;
  readonly readBy: readonly string[];
  /** Why `set` cannot write here, else null. */
  readonly fixed: string | null;
}

/** One secret, with everything that has to agree. */
export interface SecretSummary {
  readonly name: string;
  readonly places: readonly PlaceSummary[];
  readonly decisions: readonly string[];
  readonly jobs: readonly string[];
  /** Secrets that hold an equal value though nothing says that they belong together. */
  readonly equalTo: readonly string[];
}

/** More secrets than these with one value are a placeholder, which tells nothing. */
const MOST_EQUAL = 3;

/** Every group without its values. */
export function summarise(groups: readonly SecretGroup[]): readonly SecretSummary[] {
  const byValue = new Map<string, string[]>();
  for (const { name, places } of groups) {
    const value = places[0]?.value;
    if (value !== undefined && value.length >= 6) byValue.set(value, [...byValue.get(value) ?? [], name]);
  }
  return groups.map(({ name, places, decisions, jobs }) => {
    const equal = byValue.get(places[0]?.value ?? "") ?? [];
    return {
      name,
      places: places.map(placeSummary),
      decisions,
      jobs,
      equalTo: equal.length > MOST_EQUAL ? [] : equal.filter((other) => other !== name),
    };
  });
}

function placeSummary(place: SecretPlace): PlaceSummary {
  const { name, origin, object, readBy } = place;
  const span = spanOfPlace(place);
  return {
    name,
    file: span?.file ?? null,
    line: span?.line ?? null,
    column: span?.column ?? null,
    kind: object?.kind ?? null,
    object: object?.name ?? null,
    key: object?.key ?? null,
    readBy,
    fixed: origin.kind === "none" ? origin.reason : null,
  };
}
