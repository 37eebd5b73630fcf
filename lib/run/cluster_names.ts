/** Hands a project's lines of names to the cluster's CoreDNS: one key of a ConfigMap that all projects share. */
import { ifAllowed } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Versions } from "../diff/mask.ts";
import { CLUSTER_NAMES, CLUSTER_NAMES_LABEL, clusterNamesKey } from "../kube/network/cluster_names.ts";
import { describeObject, type KubeObject, type PlannedObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";

/** What k3s's CoreDNS imports, besides its own Corefile: https://docs.k3s.io/networking/networking-services#coredns */
const CUSTOM = { apiVersion: "v1", kind: "ConfigMap", name: "coredns-custom", namespace: "kube-system" };
const SERVER = { apiVersion: "apps/v1", kind: "Deployment", name: "coredns", namespace: "kube-system" };

/** Of whom the lines are, and the way to the cluster. */
interface Handing {
  readonly client: ClusterClient;
  readonly namespace: string;
}

/** What is planned and what the cluster's CoreDNS has; either may be nothing. */
interface Lines {
  readonly planned: string | undefined;
  readonly live: string | undefined;
}

/** Whether the cluster's CoreDNS has other lines than planned. No where it may not be looked at. */
export async function areNamesLost(plan: Plan, handing: Handing): Promise<boolean> {
  const objects = plan.migrations.flatMap(plannedObjects);
  if (!hasNames(objects)) return false;
  const lines = await linesOf(objects, handing);
  return lines !== undefined && lines.live !== lines.planned;
}

/** Whether a project's lines are among the objects. */
export function hasNames(objects: readonly PlannedObject[]): boolean {
  return objects.some(isNames);
}

/** What a run would do to the key; undefined where nothing. */
export async function previewNames(
  objects: readonly PlannedObject[],
  handing: Handing,
): Promise<{ readonly object: string; readonly isNew: boolean; readonly versions: Versions } | undefined> {
  const lines = hasNames(objects) ? await linesOf(objects, handing) : undefined;
  if (lines === undefined || lines.live === lines.planned) return undefined;
  const before = lines.live === undefined ? undefined : customMap(handing.namespace, lines.live);
  const after = customMap(handing.namespace, lines.planned);
  return {
    object: describeObject(after),
    isNew: before === undefined,
    versions: { ...(before === undefined ? {} : { before }), after },
  };
}

/**
 * Brings the key to what is planned, or takes it away where nothing is. Other keys, of other projects and of people, stay:
 * each project owns its own under a field manager of its own.
 *
 * @returns whether it was written, and a warning where the names do not answer all the same
 */
export async function handNames(
  objects: readonly PlannedObject[],
  handing: Handing & { readonly guard: () => Promise<void> },
): Promise<{ readonly written?: string; readonly diagnostics: readonly Diagnostic[] }> {
  const { client, namespace, guard } = handing;
  const lines = await linesOf(objects, handing);
  const names = namesIn(lines?.planned);
  const refused = { diagnostics: [unread("this login may not write", names, namespace)] };
  if (lines === undefined) return hasNames(objects) ? refused : { diagnostics: [] };
  const body = customMap(namespace, lines.planned);
  if (lines.live !== lines.planned) {
    const fieldManager = `names.compose-ferry.${namespace}`;
    const applied = await ifAllowed(client.apply(body, { fieldManager, force: true, guard }));
    if (applied === undefined) return refused;
  }
  const written = lines.live === lines.planned ? {} : { written: describeObject(body) };
  return { ...written, diagnostics: lines.planned === undefined ? [] : await unreadNames(objects, handing) };
}

/** A warning where the names are planned and the cluster's CoreDNS does not read them. */
export async function unreadNames(
  objects: readonly PlannedObject[],
  { client, namespace }: Handing,
): Promise<readonly Diagnostic[]> {
  const text = textOf(objects, namespace);
  if (text === undefined) return [];
  const server = await ifAllowed(client.get(SERVER).then((found) => ({ found })));
  if (server === undefined || server.found !== undefined && mountsCustom(server.found)) return [];
  const why = server.found === undefined ? "there is no CoreDNS of k3s to read" : "its CoreDNS does not read";
  return [unread(why, namesIn(text), namespace)];
}

function mountsCustom({ spec }: LiveObject): boolean {
  // The edge: `spec` of a Deployment.
  const { template } = (spec ?? {}) as {
    readonly template?: {
      readonly spec?: { readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[] };
    };
  };
  return template?.spec?.volumes?.some(({ configMap }) => configMap?.name === CUSTOM.name) === true;
}

/** Undefined where the ConfigMap may not be read. */
async function linesOf(
  objects: readonly PlannedObject[],
  { client, namespace }: Handing,
): Promise<Lines | undefined> {
  const answer = await ifAllowed(client.get(CUSTOM).then((found) => ({ found })));
  if (answer === undefined) return undefined;
  return {
    planned: textOf(objects, namespace),
    live: dataOf(answer.found)[clusterNamesKey(namespace)],
  };
}

function isNames({ object: { kind, metadata } }: PlannedObject): boolean {
  return kind === "ConfigMap" && metadata.labels?.[CLUSTER_NAMES_LABEL] !== undefined;
}

function textOf(objects: readonly PlannedObject[], namespace: string): string | undefined {
  return dataOf(objects.find(isNames)?.object)[clusterNamesKey(namespace)];
}

function dataOf(object: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> {
  // The edge: `data` of a ConfigMap.
  return (object?.["data"] ?? {}) as Readonly<Record<string, string>>;
}

function customMap(namespace: string, text: string | undefined): KubeObject {
  const { apiVersion, kind, name } = CUSTOM;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: CUSTOM.namespace },
    ...(text === undefined ? {} : { data: { [clusterNamesKey(namespace)]: text } }),
  };
}

function namesIn(text = ""): readonly string[] {
  return [...text.matchAll(/^rewrite stop name exact (\S+?)\.[^.\s]+\.svc\.cluster\.local /gm)]
    .map(([, name = ""]) => `"${name}"`);
}

function unread(why: string, names: readonly string[], namespace: string): Diagnostic {
  return {
    code: "run-names-unread",
    severity: "warning",
    message:
      `Names that no Service can have do not answer in this cluster, as ${why} ConfigMap ${CUSTOM.name} in ` +
      `${CUSTOM.namespace}: ${names.join(", ")}`,
    hint:
      `Put the lines of ConfigMap ${namespace}/${CLUSTER_NAMES} into the server block of the cluster's Corefile ` +
      "(kubectl edit configmap coredns -n kube-system), or give the services network aliases of letters, digits and hyphens",
  };
}
