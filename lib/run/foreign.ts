/** Objects in the way: what a run would be applied onto although nobody of this target made it. Reads only. */
import { type CommandLine, withoutFlags } from "../diagnostics/command_line.ts";
import { ApiError } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import { normalise } from "../diff/normalise.ts";
import { acmeName } from "../kube/traefik/acme_volume.ts";
import { FRONT_NAME } from "../kube/traefik/front.ts";
import { describeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { canonical } from "../migration/digest.ts";
import { FIELD_MANAGER } from "../migration/record_names.ts";
import { plannedObjects, refOf } from "../migration/step.ts";
import { placeOf } from "./failure.ts";
import type { LiveIndex } from "./live_index.ts";
import { OWNER_LABEL } from "./names.ts";
import type { InventoryEntry, State } from "./state.ts";
import { isPending, type SelectedMigration } from "./select_migrations.ts";

/** An object of somebody else that has the name of a planned one. */
export interface Foreign {
  readonly planned: PlannedObject;
  readonly live: LiveObject;
  /** Who set its fields, for people. */
  readonly madeBy: string;
  /** The namespace of the target that made it, where another one of this program did. */
  readonly owner?: string;
  /** A run with `--adopt` recorded that it takes it over, and ended before it had. */
  readonly isDecided: boolean;
}

/** Where to look, and what is known. */
export interface Look {
  readonly client: ClusterClient;
  readonly namespace: string;
  readonly state: State;
  readonly live: LiveIndex;
  /** Whether the namespace is not there; asked for where nobody did. */
  readonly isNewPlace?: boolean;
}

/** What was found of others, by `objectKey`, and all that was found under planned names. */
export interface FoundBeside {
  readonly foreign: ReadonlyMap<string, Foreign>;
  readonly all: readonly LiveObject[];
}

/** Of all that the selected migrations would apply: what is there and is not in the index. */
export async function findForeign(
  selected: readonly SelectedMigration[],
  look: Look,
): Promise<FoundBeside> {
  return await foundBeside(
    selected.filter(isPending).flatMap(({ migration }) => plannedObjects(migration)),
    look,
  );
}

/**
 * As `findForeign`, of these objects. Ours is what carries this target's label, and what its inventory knows by uid.
 * Not counted: Namespaces, which are often made beforehand and never deleted; and what this program made for a
 * target that is gone, or as it is planned here (a StorageClass that several targets share).
 */
export async function foreignAmong(
  planned: readonly PlannedObject[],
  look: Look,
): Promise<ReadonlyMap<string, Foreign>> {
  return (await foundBeside(planned, look)).foreign;
}

async function foundBeside(planned: readonly PlannedObject[], look: Look): Promise<FoundBeside> {
  // In front of a first run, which may well be to make its namespace: then nothing can be in it.
  const isEmpty = look.isNewPlace ?? (look.live.size === 0 && !await isThere(look.namespace, look.client));
  const unknown = planned.filter(({ object }) =>
    object.kind !== "Namespace" && !look.live.has(objectKey(object)) &&
    !(isEmpty && object.metadata.namespace === look.namespace)
  );
  const places = Map.groupBy(
    unknown,
    ({ object: { apiVersion, kind, metadata: { namespace } } }) =>
      [apiVersion, kind, namespace ?? ""].join(" "),
  );
  const found = (await Promise.all([...places.values()].map((some) => findAll(some, look.client)))).flat();
  const byUid = new Map([...look.state.inventory.values()].flat().map((entry) => [entry.uid, entry]));
  const foreign = await Promise.all(found.map((one) => judge(one, byUid, look)));
  return {
    foreign: new Map(
      foreign.filter((one) => one !== undefined).map((one) => [objectKey(one.planned.object), one]),
    ),
    all: found.map(({ live }) => live),
  };
}

/** What keeps a run from starting: every foreign object that nobody decided to take over. */
export function diagnoseForeign(
  foreign: Iterable<Foreign>,
  commandLine: CommandLine = withoutFlags,
): readonly Diagnostic[] {
  return [...foreign].filter(({ isDecided }) => !isDecided).map(({ planned, madeBy, owner }) => ({
    code: "run-foreign-object",
    severity: "error",
    message: `${
      describeObject(planned.object)
    } is there already, made by ${madeBy}, not by this target's runs`,
    ...placeOf(planned.source),
    hint: owner !== undefined && isOfTraefik(planned)
      ? ofOtherTraefik(owner)
      : `${
        planned.object.kind === "HelmChartConfig"
          ? "Its values are one text, of which taking over leaves nothing: keep a copy. "
          : ""
      }See what would become of it with \`${
        commandLine("migrate --dry-run --adopt")
      }\`; --adopt takes it over, or ` +
        "rename or remove it",
  }));
}

/** What a cluster's one Traefik is set to, and what leads to it: of one project alone. */
function isOfTraefik({ object: { kind, metadata } }: PlannedObject): boolean {
  return kind === "HelmChartConfig" || metadata.name === FRONT_NAME || metadata.name === acmeName;
}

function ofOtherTraefik(owner: string): string {
  return `The cluster's Traefik is configured by the project in namespace "${owner}": name its folder with --traefik DIR, ` +
    "or in decisions.yaml traefik: { from: ../traefik }, so that this stack only adds its routes. " +
    "Where that one was only tried, on the embedded cluster: deno task cluster reset";
}

/** @throws Failure (1) where somebody else's object would be changed and nobody said that it may */
export function refuseForeign(
  foreign: ReadonlyMap<string, Foreign>,
  adopt: boolean | undefined,
  commandLine: CommandLine = withoutFlags,
): void {
  const diagnostics = adopt ? [] : diagnoseForeign(foreign.values(), commandLine);
  if (diagnostics.length > 0) throw new Failure(1, diagnostics);
}

interface Found {
  readonly planned: PlannedObject;
  readonly live: LiveObject;
}

async function findAll(planned: readonly PlannedObject[], client: ClusterClient): Promise<readonly Found[]> {
  const [first] = planned;
  if (first === undefined) return [];
  const { apiVersion, kind, metadata: { namespace } } = first.object;
  const lives = planned.length === 1
    ? [await client.get(refOf(first.object))]
    : (await client.list({ apiVersion, kind }, namespace, { metadataOnly: true })).items;
  const byKey = new Map(
    lives.filter((live) => live !== undefined).map((live) => [objectKey(live), live] as const),
  );
  return planned.flatMap((one) => {
    const live = byKey.get(objectKey(one.object));
    return live === undefined ? [] : [{ planned: one, live }];
  });
}

async function judge(
  { planned, live }: Found,
  byUid: ReadonlyMap<string, InventoryEntry>,
  look: Look,
): Promise<Foreign | undefined> {
  const owner = live.metadata.labels?.[OWNER_LABEL];
  // Made by another run of this target since the index was read.
  if (owner === look.namespace) return undefined;
  const entry = byUid.get(live.metadata.uid ?? "");
  if (entry !== undefined && !entry.adopted) return undefined;
  const isShared = entry === undefined && owner !== undefined &&
    (!await isThere(owner, look.client, true) || await isAsPlanned(planned, look.client));
  if (isShared) return undefined;
  return {
    planned,
    live,
    madeBy: makerOf(live, owner),
    ...(owner === undefined ? {} : { owner }),
    isDecided: entry?.adopted === "decided",
  };
}

function makerOf({ metadata }: LiveObject, owner: string | undefined): string {
  if (owner !== undefined) return `${FIELD_MANAGER} for the namespace "${owner}"`;
  const managers = new Set(
    (metadata.managedFields ?? []).filter(({ subresource }) => !subresource).map(({ manager }) => manager),
  );
  return [...managers].filter((manager) => manager !== undefined).map((manager) => `"${manager}"`)
    .join(" and ") || "somebody";
}

/** Whether the namespace is there, and not on its way out where that counts; it is where nobody may look. */
export async function isThere(namespace: string, client: ClusterClient, living = false): Promise<boolean> {
  try {
    const found = await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
    return found !== undefined && !(living && found.metadata.deletionTimestamp !== undefined);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}

/** By the server's own word: applying it would change nothing but the marks. */
async function isAsPlanned({ object }: PlannedObject, client: ClusterClient): Promise<boolean> {
  try {
    const [live, { object: after }] = await Promise.all([
      client.get(refOf(object)),
      client.apply(object, { dryRun: true, force: true }),
    ]);
    return live !== undefined && canonical(normalise(live)) === canonical(normalise(after));
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
