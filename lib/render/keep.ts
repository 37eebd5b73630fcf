/** What a tool is told of objects that it must not delete, and of Jobs, whose pods cannot be changed. */
import type { KubeObject } from "../kube/object.ts";
import { DATA_KINDS } from "../run/waves.ts";

/** Whether it holds data, or everything that does: nothing that goes on with the files may delete it. */
export function holdsData({ kind }: KubeObject): boolean {
  return DATA_KINDS.has(kind);
}

/** Helm leaves it where it is, whatever is uninstalled: https://helm.sh/docs/howto/charts_tips_and_tricks/ */
export function keptByHelm(object: KubeObject): Readonly<Record<string, string>> {
  return holdsData(object) ? { "helm.sh/resource-policy": "keep" } : {};
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/ */
export function argoOptions(object: KubeObject): Readonly<Record<string, string>> {
  const options = holdsData(object)
    ? "Prune=false,Delete=false"
    : object.kind === "Job"
    ? "Force=true,Replace=true"
    : undefined;
  return options === undefined ? {} : { "argocd.argoproj.io/sync-options": options };
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources */
export function fluxOptions(object: KubeObject): Readonly<Record<string, string>> {
  if (holdsData(object)) return { "kustomize.toolkit.fluxcd.io/prune": "disabled" };
  return object.kind === "Job" ? { "kustomize.toolkit.fluxcd.io/force": "enabled" } : {};
}
