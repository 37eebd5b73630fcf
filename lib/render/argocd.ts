/** Argo CD: an Application whose sync waves are the phases, so that each is healthy before the next begins. */
import { label } from "../stack/names.ts";
import type { PhaseFiles, RenderedFile } from "./files.ts";
import { argoOptions } from "./keep.ts";
import { objectFiles } from "./object_files.ts";
import type { RenderOptions } from "./options.ts";
import { repositoryFolder } from "./repository_folder.ts";
import { yamlText } from "./yaml_text.ts";

/** `application.yaml`, and `objects/` that it reads. */
export function argocdFiles(
  phases: readonly PhaseFiles[],
  namespace: string,
  options: RenderOptions,
): readonly RenderedFile[] {
  const application = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: label(namespace), namespace: "argocd" },
    spec: {
      project: "default",
      source: {
        repoURL: options.repository ?? "",
        targetRevision: "HEAD",
        path: repositoryFolder(options, "objects"),
        directory: { recurse: true },
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      // Nothing is synchronised by itself: a person sees what would change first.
      syncPolicy: { syncOptions: ["ServerSideApply=true"] },
    },
  };
  return [
    { path: "application.yaml", text: yamlText(application) },
    ...objectFiles(phases, "objects", options, (object, phase) => ({
      "argocd.argoproj.io/sync-wave": String(phase),
      ...argoOptions(object),
    })),
  ];
}
