/** What is asked for. */

/** The layouts, by the tool that goes on with the files. */
export const LAYOUTS = ["plain", "kustomize", "helm", "argocd", "flux"] as const;
export type Layout = typeof LAYOUTS[number];

/** What becomes of Secrets. */
export const SECRET_FORMS = ["omit", "sealed", "external", "sops", "clear"] as const;
export type SecretForm = typeof SECRET_FORMS[number];

/** How a plan is written. */
export interface RenderOptions {
  readonly layout: Layout;
  readonly secrets: SecretForm;
  /** The ClusterSecretStore that an ExternalSecret names. */
  readonly secretStore: string;
  /** The Git repository that Argo CD reads, and the source that Flux has. */
  readonly repository?: string;
  readonly source: string;
  /** Where the folder lies in the repository: `.` or a relative path. */
  readonly repositoryPath: string;
  readonly chartVersion: string;
}
