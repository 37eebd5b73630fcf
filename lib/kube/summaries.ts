/** Findings that sum up a whole conversion. */
import type { Service } from "../../compose/project.ts";
import type { SecretNote } from "../stack/secrets/classification.ts";
import { at, type Context } from "../stack/context.ts";
import type { WritableNote } from "./workload/conversion_state.ts";
import { plural } from "../diagnostics/plural.ts";
import { yamlText } from "../diagnostics/yaml_word.ts";

/** One remark that lists everything kept in Secrets, so that each decision can be seen and overruled. */
export function reportSecrets(context: Context, notes: readonly SecretNote[]): void {
  const [first] = notes;
  if (first === undefined) return;
  context.report({
    code: "kube-secrets",
    severity: "info",
    message: `Kept in Secrets: ${plural(notes.length, "value")}`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `To overrule one: secrets: { ${yamlText(first.what)}: plain }`,
    related: notes.flatMap(({ what, why, span }) =>
      span === undefined ? [] : [{ message: `"${what}": ${why}`, span }]
    ),
  });
}

/** One remark for all configuration that a program could have written to and no longer can. */
export function reportWritable(context: Context, notes: readonly WritableNote[]): void {
  const [first, ...others] = notes;
  if (first === undefined) return;
  context.report({
    code: "kube-configuration-read-only",
    severity: "info",
    message: `Read-only in their pods, though compose does not say :ro: ${
      plural(notes.length, "configuration mount")
    }, such as "${first.target}" of service "${first.service}"`,
    span: first.span,
    hint: 'If the program writes there: storage: { "PATH": { writable: true } }, or kind: data to keep it; ' +
      "of a config with content make a file first, mounted by volumes",
    related: others.map(({ service, target, span }) => ({
      message: `"${target}" of service "${service}"`,
      span,
    })),
  });
}

/** A pod runs on one node; directories of two nodes cannot both be local to it. */
export function reportSplitStorage(context: Context, service: Service, storageIds: readonly string[]): void {
  if (storageIds.length < 2) return;
  context.report({
    code: "kube-storage-split",
    severity: "error",
    message: `Service "${service.name}" mounts directories of several nodes: ${
      storageIds.map((id) => `"${id}"`).join(", ")
    }`,
    ...at(context.project, ["services", service.name, "volumes"]),
    hint: "Give all directories that one service mounts the same storageId in decisions.yaml",
  });
}
