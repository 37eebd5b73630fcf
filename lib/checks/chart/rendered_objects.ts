/** What `helm template` printed, as objects; and the pods among them. */
import { parseAllDocuments } from "yaml";
import { list, record } from "../../values/json.ts";
import { type KubeObject, podLabels, podSpec } from "../../kube/object.ts";

/** The objects of Helm's output; those that name no namespace get the one of the release. Lists are taken apart. */
export function renderedObjects(text: string, namespace: string): KubeObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => objectsIn(document.toJS(), namespace));
}

function objectsIn(value: unknown, namespace: string): KubeObject[] {
  const object = record(value);
  if (object === undefined) return [];
  const items = object["items"];
  if (object["kind"] === "List" && Array.isArray(items)) {
    return items.flatMap((item: unknown) => objectsIn(item, namespace));
  }
  const metadata = record(object["metadata"]);
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || metadata === undefined) return [];
  return [{
    ...object,
    apiVersion,
    kind,
    metadata: { namespace, ...metadata, name: String(metadata["name"] ?? "") },
  }];
}

export interface RenderedPod {
  readonly owner: KubeObject;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The pods that these objects make. */
export function podsOf(objects: readonly KubeObject[]): RenderedPod[] {
  return objects.flatMap((owner): RenderedPod[] => {
    const spec = podSpec(owner);
    if (spec === undefined || (owner.kind !== "Pod" && !Array.isArray(spec["containers"]))) return [];
    return [{ owner, labels: podLabels(owner), spec }];
  });
}

/** Init containers first, as they run. */
export function containersIn(spec: Readonly<Record<string, unknown>>): readonly Record<string, unknown>[] {
  return [...list(spec["initContainers"]), ...list(spec["containers"])];
}
