/** Flux: a Kustomization for each phase, which waits for its objects and for the phase before. */
import { label } from "../stack/names.ts";
import { milliseconds } from "../values/duration.ts";
import type { PhaseFiles, RenderedFile } from "./files.ts";
import { fluxOptions } from "./keep.ts";
import { objectFiles } from "./object_files.ts";
import type { RenderOptions } from "./options.ts";
import type { Phase } from "./phases.ts";
import { repositoryFolder } from "./repository_folder.ts";
import { yamlText } from "./yaml_text.ts";

/** Where Flux and its sources are. */
const FLUX_NAMESPACE = "flux-system";
/** Of a phase that waits for nothing by itself, in milliseconds. */
const SHORTEST_TIMEOUT_MS = 5 * 60_000;

/** `kustomizations/`, and `objects/` that they read. A phase of which nothing is written is none. */
export function fluxFiles(
  phases: readonly PhaseFiles[],
  namespace: string,
  options: RenderOptions,
): readonly RenderedFile[] {
  const filled = phases.map((phase) => ({
    phase,
    files: objectFiles([phase], "objects", options, fluxOptions),
  })).filter(({ files }) => files.length > 0);
  const names = filled.map(({ phase }) => nameOf(namespace, phase));
  const kustomizations = filled.map(({ phase }, index): RenderedFile => {
    const before = names[index - 1];
    return {
      path: `kustomizations/${phase.folder.replaceAll("/", "-")}.yaml`,
      text: yamlText({
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name: names[index], namespace: FLUX_NAMESPACE },
        spec: {
          interval: "10m",
          path: `./${repositoryFolder(options, `objects/${phase.folder}`)}`,
          sourceRef: { kind: "GitRepository", name: options.source },
          prune: true,
          wait: true,
          timeout: `${Math.ceil(timeoutOf(phase.phase) / 1000)}s`,
          ...(before === undefined ? {} : { dependsOn: [{ name: before }] }),
          ...(options.secrets === "sops" ? { decryption: { provider: "sops" } } : {}),
        },
      }),
    };
  });
  return [...kustomizations, ...filled.flatMap(({ files }) => files)];
}

function nameOf(namespace: string, { folder }: PhaseFiles): string {
  return label(`${namespace}-${folder.replace(/[^A-Za-z0-9]+/g, "-")}`);
}

function timeoutOf({ waits }: Phase): number {
  return Math.max(SHORTEST_TIMEOUT_MS, ...waits.map(({ timeout }) => milliseconds(timeout)));
}
