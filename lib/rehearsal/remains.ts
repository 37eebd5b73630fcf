/** What a rehearsal has made and not taken away yet, on every side; and how it is taken away. It may be repeated. */
import { join } from "node:path";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { pause } from "../cluster/transport.ts";
import { type Diagnostic, Failure } from "../diagnostics/diagnostic.ts";
import type { Engine } from "../docker/engine.ts";
import { removeLabelled } from "../docker/labelled.ts";
import { describeObject } from "../kube/object.ts";
import { parseMountinfo } from "../node/mountinfo.ts";
import { OWNER_LABEL } from "../run/names.ts";
import { REHEARSAL_LABEL } from "./copied_project.ts";
import { findHeld, letGo } from "./hold_still.ts";
import { notOwn, ofAnotherFolder } from "./not_own.ts";
import { findInEngine } from "./remains_in_engine.ts";
import { MARKER } from "./running_rehearsal.ts";

/** Where a rehearsal is. */
export interface Rehearsal {
  /** Of the copies; with the marker in it. */
  readonly folder: string;
  /** The copy's project. */
  readonly project: string;
  /** The copy's namespace. */
  readonly namespace: string;
  readonly engines: readonly Engine[];
  readonly client: ClusterClient;
}

/** Not that of a run, which would take the mark away as none of its own plan. */
const MANAGER = "rehearsal";

/** Of no namespace, that a run may make for a target. */
const CLUSTER_KINDS = [
  { apiVersion: "v1", kind: "PersistentVolume" },
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicyBinding" },
  { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingAdmissionPolicy" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass" },
] as const;

/** Longer than pods take to end, with a grace period of minutes. */
const PATIENCE_MS = 600_000;
const POLL_MS = 500;

/** Makes the namespace, with its mark. @throws Failure (2) where another rehearsal has it */
export async function markNamespace(rehearsal: Rehearsal): Promise<void> {
  const { folder, namespace, client } = rehearsal;
  await ownNamespace(rehearsal);
  await client.apply({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, annotations: { [REHEARSAL_LABEL]: folder } },
  }, { fieldManager: MANAGER, force: true });
}

/**
 * Each by its name, in the words of messages.
 *
 * @throws Failure (2) where anything of its name is there that no rehearsal of this folder made. EngineError, ApiError
 */
export async function findRemains(rehearsal: Rehearsal): Promise<readonly string[]> {
  const { folder } = rehearsal;
  const isThere = await isOwnFolder(folder);
  const [namespace, objects, labelled, held] = await Promise.all([
    ownNamespace(rehearsal),
    clusterObjects(rehearsal),
    Promise.all(rehearsal.engines.map((engine) => findInEngine(engine, rehearsal))),
    isThere ? findHeld(folder, rehearsal.engines) : [],
  ]);
  return [
    ...held.map(({ name }) => `pause of container ${name}`),
    ...labelled.flat().map(({ kind, name }) => `${kind} ${name}`),
    ...[...namespace === undefined ? [] : [namespace], ...objects].map(describeObject),
    ...(isThere ? [`folder ${folder}`] : []),
  ];
}

/**
 * Takes everything away: containers first, the folder last, so that nobody is on it and a run that is broken off goes on.
 *
 * @throws Failure (1) where the namespace does not end, or something is mounted below the folder; (2) as `findRemains`
 */
export async function removeRemains(rehearsal: Rehearsal): Promise<void> {
  const { folder, client } = rehearsal;
  await letGoHeld(rehearsal);
  const namespace = await ownNamespace(rehearsal);
  const labelled = await Promise.all(
    rehearsal.engines.map(async (engine) => ({ engine, found: await findInEngine(engine, rehearsal) })),
  );
  for (const { engine, found } of labelled) await removeLabelled(engine, found);
  if (namespace !== undefined) await deleteObject(client, namespace);
  const end = performance.now() + PATIENCE_MS;
  while (await ownNamespace(rehearsal) !== undefined) {
    if (performance.now() > end) throw new Failure(1, [stuck(rehearsal)]);
    await pause(POLL_MS);
  }
  for (const object of await clusterObjects(rehearsal)) await deleteObject(client, object);
  while ((await clusterObjects(rehearsal)).length > 0 && performance.now() < end) await pause(POLL_MS);
  if (!await isOwnFolder(folder)) return;
  await refuseMounted(folder);
  for await (const { name } of Deno.readDir(folder)) {
    if (name !== MARKER) await Deno.remove(join(folder, name), { recursive: true });
  }
  await Deno.remove(folder, { recursive: true });
}

/**
 * Lets live containers go on that a killed rehearsal holds: nothing else of it keeps anybody from being served, so that
 * this is first, and asks no cluster.
 *
 * @returns their names. @throws Failure (2) where the folder is there and no rehearsal made it. EngineError
 */
export async function letGoHeld(
  { folder, engines }: Pick<Rehearsal, "folder" | "engines">,
): Promise<readonly string[]> {
  return await isOwnFolder(folder) ? await letGo(folder, engines) : [];
}

async function clusterObjects({ client, namespace }: Rehearsal): Promise<readonly LiveObject[]> {
  const labelSelector = `${OWNER_LABEL}=${namespace}`;
  const lists = await Promise.all(CLUSTER_KINDS.map(async (kind) => {
    const { items } = await client.list(kind, undefined, { labelSelector });
    return items.map((object) => ({ ...object, ...kind }));
  }));
  return lists.flat();
}

async function ownNamespace({ client, namespace, folder }: Rehearsal): Promise<LiveObject | undefined> {
  const found = await client.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  const mark = found?.metadata.annotations?.[REHEARSAL_LABEL];
  if (found === undefined || mark === folder) return found;
  const what = `Namespace "${namespace}"`;
  throw new Failure(2, [mark === undefined ? notOwn(what) : ofAnotherFolder(what, mark)]);
}

async function isOwnFolder(folder: string): Promise<boolean> {
  const [isThere, isMarked] = await Promise.all(
    [folder, join(folder, MARKER)].map((path) => Deno.lstat(path).then(() => true, () => false)),
  );
  if (isThere && !isMarked) throw new Failure(2, [notOwn(`"${folder}"`)]);
  return isThere === true;
}

async function deleteObject(client: ClusterClient, object: LiveObject): Promise<void> {
  const { uid = "", name } = object.metadata;
  await client.delete({ apiVersion: object.apiVersion, kind: object.kind, name }, uid, "Background");
}

async function refuseMounted(folder: string): Promise<void> {
  const real = await Deno.realPath(folder);
  const mounts = parseMountinfo(await Deno.readTextFile("/proc/self/mountinfo").catch(() => ""));
  const inside = mounts.find(({ path }) => path.startsWith(`${real}/`));
  if (inside === undefined) return;
  throw new Failure(1, [{
    code: "run-rehearsal-remains",
    severity: "error",
    message: `"${inside.path}" is still mounted: nothing below "${folder}" was removed`,
    hint: "Find out what uses it (findmnt, fuser -m), and run rehearse --clean again",
  }]);
}

function stuck({ namespace }: Rehearsal): Diagnostic {
  return {
    code: "run-rehearsal-remains",
    severity: "error",
    message: `Namespace "${namespace}" of the rehearsal is not deleted in time`,
    hint: "Find out what blocks it (kubectl get namespace -o yaml), and run rehearse --clean again",
  };
}
