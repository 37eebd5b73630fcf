/** The page beside the files: in which order they are applied, what is waited for, and what is not among them. */
import { shellWord } from "../diagnostics/shell_word.ts";
import type { PhaseFiles, RenderedFile } from "./files.ts";
import type { RenderOptions } from "./options.ts";
import type { Awaited } from "./phases.ts";
import { keysOf } from "./secret_form.ts";

const ROLLED_OUT: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** `README.md`. */
export function readme(
  phases: readonly PhaseFiles[],
  namespace: string,
  options: RenderOptions,
): RenderedFile {
  const parts = [
    `# ${namespace}`,
    "Written by compose-ferry render; `render` with the same flags writes it again and does not overwrite files that others changed.",
    "Before the first workload starts, the containers of the compose stack have to be stopped: nothing here looks " +
    "whether one still writes to the same directories.",
    ...how(phases, namespace, options),
    ...manual(phases),
    ...secrets(phases, options),
  ];
  return { path: "README.md", text: `${parts.join("\n\n")}\n` };
}

function how(phases: readonly PhaseFiles[], namespace: string, { layout, source }: RenderOptions): string[] {
  switch (layout) {
    case "plain":
      return [
        "Each folder is a migration, or a phase of one. In this order:",
        code(phases.flatMap(({ folder, phase }) => [
          ...(phase.objects.length === 0 ? [] : [`kubectl apply --server-side -f objects/${folder}/`]),
          ...phase.waits.flatMap(waiting),
        ])),
        "A Job cannot be changed: delete it before a changed one is applied.",
      ];
    case "kustomize":
      return [
        "All objects are in `base/`; each folder of `overlays/` is a profile of the decisions.",
        code(["kubectl apply --server-side -k base"]),
        "kustomize knows no order of steps: a program that starts before what it needs is restarted until it is there.",
      ];
    case "helm":
      return [
        "The chart makes its namespace itself. Helm knows no order of steps; `to` installs up to a migration:",
        code(
          [...new Set(phases.map(({ phase }) => parseInt(phase.migration, 10) || 0))].map((number) =>
            `helm upgrade --install ${
              shellWord(namespace)
            } . --namespace default --server-side=true --wait --set to=${number}`
          ),
        ),
        "A Job cannot be changed: delete it before an upgrade changes it.",
      ];
    case "argocd":
      return [
        "Each sync wave is a phase of a migration: the next begins when everything in it is healthy.",
        code(["kubectl apply -f application.yaml"]),
      ];
    case "flux":
      return [
        `Each Kustomization is a phase of a migration, and waits for the one before. They read the GitRepository \`${source}\`.`,
        code(["kubectl apply -f kustomizations/"]),
      ];
  }
}

function waiting({ ref, timeout }: Awaited): string[] {
  const words = [
    ...ref.namespace === undefined ? [] : ["-n", ref.namespace],
    `${ref.kind.toLowerCase()}/${ref.name}`,
    `--timeout=${timeout}`,
  ].map(shellWord).join(" ");
  if (ROLLED_OUT.has(ref.kind)) return [`kubectl rollout status ${words}`];
  return ref.kind === "Job" ? [`kubectl wait --for=condition=complete ${words}`] : [];
}

function manual(phases: readonly PhaseFiles[]): string[] {
  const steps = phases.flatMap(({ folder, phase }) =>
    phase.manual.map((text) => `- after ${folder}: ${text}`)
  );
  return steps.length === 0 ? [] : ["## By hand", steps.join("\n")];
}

const FORMS: Readonly<Record<Exclude<RenderOptions["secrets"], "clear">, string>> = {
  omit: "They are not among the files; pods wait until they are in the cluster:",
  sealed: "Templates of SealedSecrets, to be filled in with what `kubeseal` prints:",
  external: "ExternalSecrets, which read them from the store:",
  sops: "Templates of Secrets, to be filled in and encrypted with `sops`:",
};

function secrets(phases: readonly PhaseFiles[], options: RenderOptions): string[] {
  const found = phases.flatMap(({ files }) => files).map(({ planned }) => planned.object)
    .filter(({ kind }) => kind === "Secret");
  if (found.length === 0) return [];
  if (options.secrets === "clear") {
    return ["## Secrets", "They are in clear text here: anyone who can read these files can read them."];
  }
  const lines = found.map((secret) => {
    const keys = keysOf(secret).map((key) => `\`${key}\``).join(", ");
    const type = secret["type"] === undefined || secret["type"] === "Opaque" ? "" : ` (${secret["type"]})`;
    return `- \`${secret.metadata.namespace ?? ""}/${secret.metadata.name}\`${type}: ${keys}`;
  });
  return [
    "## Secrets",
    FORMS[options.secrets],
    lines.join("\n"),
    "A pod reads a changed Secret only after a restart.",
  ];
}

function code(lines: readonly string[]): string {
  return `\`\`\`sh\n${lines.join("\n")}\n\`\`\``;
}
