/** A plan as files for those who go on with GitOps. Pure: the same plan gives the same bytes. */
import type { Plan } from "../migration/step.ts";
import { argocdFiles } from "./argocd.ts";
import { arrange, type PhaseFiles, type RenderedFile } from "./files.ts";
import { fluxFiles } from "./flux.ts";
import { helmFiles } from "./helm.ts";
import { kustomizeFiles } from "./kustomize.ts";
import { objectFiles } from "./object_files.ts";
import type { RenderOptions } from "./options.ts";
import { phasesOf } from "./phases.ts";
import { readme } from "./readme.ts";

/** What is written down. */
export interface RenderInput {
  readonly namespace: string;
  /** With digests that may be published, unless Secrets stand in clear. */
  readonly plan: Plan;
  /** The same stack with one profile more, by its name; kustomize alone has them. */
  readonly profiles: readonly { readonly name: string; readonly plan: Plan }[];
}

/** Every file with its path below the folder, in the order of the paths. */
export function renderFiles(input: RenderInput, options: RenderOptions): readonly RenderedFile[] {
  const { namespace, plan } = input;
  const phases = arrange(phasesOf(plan), namespace);
  const files = [readme(phases, namespace, options), ...layoutFiles(phases, input, options)];
  return files.sort((left, right) => left.path < right.path ? -1 : 1);
}

function layoutFiles(
  phases: readonly PhaseFiles[],
  { namespace, profiles }: RenderInput,
  options: RenderOptions,
): readonly RenderedFile[] {
  switch (options.layout) {
    case "plain":
      return objectFiles(phases, "objects", options);
    case "kustomize": {
      const overlays = profiles.map(({ name, plan }) => ({
        name,
        phases: arrange(phasesOf(plan), namespace),
      }));
      return kustomizeFiles(phases, overlays, namespace, options);
    }
    case "helm":
      return helmFiles(phases, namespace, options);
    case "argocd":
      return argocdFiles(phases, namespace, options);
    case "flux":
      return fluxFiles(phases, namespace, options);
  }
}
