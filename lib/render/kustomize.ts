/** kustomize: a base of all objects, and an overlay for each profile that says what the profile changes. */
import { type KubeObject, objectKey } from "../kube/object.ts";
import { baseName, type PhaseFiles, type RenderedFile } from "./files.ts";
import { changesOf } from "./json_patch.ts";
import { objectFiles } from "./object_files.ts";
import type { RenderOptions } from "./options.ts";
import { writtenForm } from "./secret_form.ts";
import { yamlText } from "./yaml_text.ts";

const HEADER = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" } as const;

/** A profile with what the plan is with it. */
export interface Overlay {
  readonly name: string;
  readonly phases: readonly PhaseFiles[];
}

/** `base/` and `overlays/NAME/`. */
export function kustomizeFiles(
  base: readonly PhaseFiles[],
  overlays: readonly Overlay[],
  namespace: string,
  options: RenderOptions,
): readonly RenderedFile[] {
  const objects = objectFiles(base, "base", options);
  return [
    ...objects,
    kustomization("base", { resources: objects.map(({ path }) => path.slice("base/".length)) }),
    ...overlays.flatMap((overlay) => overlayFiles(base, overlay, namespace, options)),
  ];
}

function overlayFiles(
  base: readonly PhaseFiles[],
  { name, phases }: Overlay,
  namespace: string,
  options: RenderOptions,
): readonly RenderedFile[] {
  const folder = `overlays/${name}`;
  const [before, after] = [writtenObjects(base, options), writtenObjects(phases, options)];
  const added = objectFiles(
    phases.map((phase) => ({
      ...phase,
      files: phase.files.filter(({ planned }) => !before.has(objectKey(planned.object))),
    })),
    `${folder}/objects`,
    options,
  );
  const patches = [...before].flatMap(([key, object]): readonly Patch[] => {
    const then = after.get(key);
    if (then === undefined) return [removal(object, namespace)];
    const changes = changesOf(object, then);
    return changes.length === 0 ? [] : [patch(object, namespace, changes)];
  });
  return [
    ...added,
    ...patches.map(({ path, text }) => ({ path: `${folder}/${path}`, text })),
    kustomization(folder, {
      resources: ["../../base", ...added.map(({ path }) => path.slice(folder.length + 1))],
      ...(patches.length === 0 ? {} : {
        patches: patches.map(({ path, target }) => ({ path, ...(target === undefined ? {} : { target }) })),
      }),
    }),
  ];
}

interface Patch {
  readonly path: string;
  readonly text: string;
  readonly target?: Readonly<Record<string, string>>;
}

function removal(object: KubeObject, namespace: string): Patch {
  const { apiVersion, kind, metadata } = object;
  const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  return {
    path: patchPath(object, namespace),
    text: yamlText({ $patch: "delete", apiVersion, kind, metadata: { name: metadata.name, ...place } }),
  };
}

function patch(object: KubeObject, namespace: string, changes: readonly unknown[]): Patch {
  const { apiVersion, kind, metadata } = object;
  const slash = apiVersion.indexOf("/");
  return {
    path: patchPath(object, namespace),
    text: yamlText(changes),
    target: {
      ...(slash < 0 ? {} : { group: apiVersion.slice(0, slash) }),
      version: apiVersion.slice(slash + 1),
      kind,
      name: exactly(metadata.name),
      ...(metadata.namespace === undefined ? {} : { namespace: exactly(metadata.namespace) }),
    },
  };
}

/** Names of a target are regular expressions, anchored. */
function exactly(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function patchPath(object: KubeObject, namespace: string): string {
  return `patches/${baseName(object, namespace)}.yaml`;
}

function kustomization(folder: string, content: Readonly<Record<string, unknown>>): RenderedFile {
  return { path: `${folder}/kustomization.yaml`, text: yamlText({ ...HEADER, ...content }) };
}

/** By `objectKey` of what they stand for. */
function writtenObjects(
  phases: readonly PhaseFiles[],
  options: RenderOptions,
): ReadonlyMap<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const { planned: { object } } of phases.flatMap(({ files }) => files)) {
    const written = writtenForm(object, options);
    // The edge: what `writtenForm` gives is an object of Kubernetes.
    if (written !== undefined) found.set(objectKey(object), written.object as KubeObject);
  }
  return found;
}
