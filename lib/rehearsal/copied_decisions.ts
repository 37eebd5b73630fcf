/**
 * The decisions for a rehearsal's copy: as the stack's, in a namespace of its own, without what leads to the live data,
 * to other machines or to people. No I/O.
 */
import { join } from "node:path";
import type { Project } from "../../compose/project.ts";
import type { Decisions, DecisionValues, StorageDecision } from "../decisions/decisions.ts";
import { storageDecision } from "../stack/storage/places.ts";
import type { CopiedPlaces } from "./copied_places.ts";
import { rehearsalName } from "./copied_project.ts";

/** What is copied. */
export interface DecisionsCopy {
  readonly project: Project;
  readonly decisions: Decisions;
  /** Of the stack. */
  readonly namespace: string;
  readonly kept: readonly string[];
  readonly places: CopiedPlaces;
  /** The copy's own. */
  readonly folder: string;
  /** Whether the copy reaches other machines. */
  readonly isOnline: boolean;
}

/** Those that say what a service is, and nothing of where or for whom. */
const WHOLE = [
  "storageId",
  "storageSize",
  "storageDirectories",
  "imagesFrom",
  "helperImage",
  "fillImage",
  "hostGateway",
  "kubernetes",
  "podSecurity",
  "names",
  "pullSecrets",
  "images",
  "users",
  "defaultMigration",
  "secrets",
  "limits",
] as const satisfies readonly (keyof DecisionValues)[];

/** By service. */
const BY_SERVICE = ["services", "databases", "brokers", "identity"] as const satisfies readonly (
  keyof DecisionValues
)[];

/** As a whole file, profiles laid over; variables are in the copied compose file already. */
export function copiedDecisions(copy: DecisionsCopy): DecisionValues {
  const { decisions, namespace, kept, folder, isOnline } = copy;
  const whole = WHOLE.flatMap((key) => decisions[key] === undefined ? [] : [[key, decisions[key]] as const]);
  const byService = BY_SERVICE.flatMap((key) => {
    const own = Object.entries(decisions[key] ?? {}).filter(([service]) => kept.includes(service));
    return own.length === 0 ? [] : [[key, Object.fromEntries(own)] as const];
  });
  const storage = copiedStorage(copy);
  // The edge: each value stands under the key that it had.
  return {
    namespace: rehearsalName(namespace),
    // Who applies a class last is its owner: the live stack's has another.
    storageClass: rehearsalName(namespace),
    // Named volumes say where they lie; those without a name are made there.
    dockerRoot: join(folder, "docker"),
    ...Object.fromEntries([...whole, ...byService]),
    // Its pods have the live credentials, and a stack that has no policies has no wall around them.
    ...(isOnline ? policiesOf(decisions) : { networkPolicies: true }),
    ...(Object.keys(storage).length === 0 ? {} : { storage }),
  } as DecisionValues;
}

function policiesOf({ networkPolicies }: Decisions): Pick<DecisionValues, "networkPolicies"> {
  return networkPolicies === undefined ? {} : { networkPolicies };
}

/** By the places of the copies; where on the node the live data lies is left away. */
function copiedStorage(
  { project, decisions, kept, places }: DecisionsCopy,
): Readonly<Record<string, StorageDecision>> {
  const mounts = kept.flatMap((name) => project.services[name]?.volumes ?? []);
  return Object.fromEntries(mounts.flatMap(({ type, source }) => {
    if (source === undefined) return [];
    const decision = type === "volume"
      ? decisions.storage?.[source]
      : storageDecision({ project, decisions }, source);
    if (decision === undefined) return [];
    const { path: _, ...rest } = decision;
    return [[type === "volume" ? source : places.bind(source), rest] as const];
  }));
}
