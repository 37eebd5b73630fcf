/** Every secret of a plan: its places in the stack's files, grouped by what has to agree. */
import { type SharedSecret, sharedSecrets } from "../stack/secrets/shared_secrets.ts";
import { isNotMoved } from "../stack/secrets/located_secrets.ts";
import { DisjointSets } from "./disjoint_sets.ts";
import type { InventoryInput, SecretGroup, SecretPlace } from "./place.ts";
import { filePlaces, nameOfReference, otherPlaces, sharedPlace, variablePlaces } from "./places.ts";

/**
 * Groups in the order of the decisions, then the others by name. Places belong together where a decision says so, and
 * where they are read from the same characters, as with one variable of `.env`.
 */
export function secretInventory(input: InventoryInput): readonly SecretGroup[] {
  const shared = sharedSecrets(input.decisions);
  const places = new Map<string, SecretPlace>();
  const sets = new DisjointSets();
  const add = (place: SecretPlace): void => {
    if (!places.has(place.name)) places.set(place.name, place);
    sets.join(place.name, place.name);
  };
  for (const { places: references } of shared) {
    const found = references.filter((reference) => !isNotMoved(input.conversion, input.texts, reference))
      .map((reference) => sharedPlace(input, reference));
    found.forEach(add);
    for (const { name } of found) sets.join(found[0]?.name ?? name, name);
  }
  variablePlaces(input).forEach(add);
  filePlaces(input).forEach(add);
  joinByOrigin([...places.values()], sets);
  otherPlaces(input, [...places.values()]).forEach(add);
  const groups = sets.sets([...places.keys()]).map((names) =>
    groupOf(names.flatMap((name) => places.get(name) ?? []), shared, input)
  );
  const isDecided = ({ decisions }: SecretGroup): boolean => decisions.length > 0;
  const byName = (left: SecretGroup, right: SecretGroup): number => left.name < right.name ? -1 : 1;
  return [...groups.filter(isDecided), ...groups.filter((group) => !isDecided(group)).sort(byName)];
}

/** The group that a name means: that of a place, or of the only part of a file. */
export function findGroup(groups: readonly SecretGroup[], name: string): SecretGroup | undefined {
  const plain = name.replace(/^\.\//, "");
  const exact = groups.find(({ places }) => places.some((place) => place.name === plain));
  if (
    exact !== undefined && exact.places.some(({ name, origin }) => name === plain && origin.kind !== "none")
  ) {
    return exact;
  }
  const inFile = groups.filter(({ places }) =>
    places.some((place) => place.name.startsWith(`${plain} after `))
  );
  return inFile.length === 1 ? inFile[0] : exact;
}

/** Characters that several places are read from make them one secret. */
function joinByOrigin(places: readonly SecretPlace[], sets: DisjointSets): void {
  const first = new Map<string, string>();
  for (const place of places) {
    const identity = identityOf(place);
    if (identity === undefined) continue;
    const known = first.get(identity);
    if (known === undefined) first.set(identity, place.name);
    else sets.join(known, place.name);
  }
}

/** The characters that a place is read from, as a text that no other place has. */
export function identityOf({ origin }: SecretPlace): string | undefined {
  if (origin.kind === "none") return undefined;
  if (origin.kind === "text") return `${origin.origin.path}\0${origin.origin.range.start}`;
  const { written, before } = origin.origin;
  return `${written.path}\0${written.start}\0${before}`;
}

function groupOf(
  places: readonly SecretPlace[],
  shared: readonly SharedSecret[],
  { objects }: InventoryInput,
): SecretGroup {
  const names = new Set(places.map(({ name }) => name));
  const mine = shared.filter((each) =>
    each.places.some((reference) => names.has(nameOfReference(reference)))
  );
  const jobs = new Set(
    objects.filter(({ object }) => object.kind === "Job").map(({ object }) => object.metadata.name),
  );
  return {
    name: places[0]?.name ?? "",
    places,
    decisions: mine.map(({ path }) => path),
    jobs: [...new Set(mine.flatMap(({ job }) => job === undefined || !jobs.has(job) ? [] : [job]))],
    adminOf: mine.flatMap(({ isAdmin, server }) => isAdmin && server !== undefined ? [server] : []),
  };
}
