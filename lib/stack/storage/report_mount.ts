/** Findings about bind mounts: at the first mount of a path, with the others beside it. */
import { at, type Context } from "../context.ts";
import { storageKey } from "./places.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";
import type { Use } from "./places.ts";

/** A finding with the line that decides otherwise. */
export function reportMount(
  context: Context,
  code: string,
  severity: "error" | "question" | "warning",
  message: string,
  uses: readonly Use[],
  path: string,
  proposal: string,
): void {
  context.report({
    code,
    severity,
    message,
    ...place(context, uses),
    hint: `To decide otherwise: storage: { ${yamlText(storageKey(context, path))}: { kind: ${proposal} } }`,
  });
}

/** The place of the first mount, and of the others. */
export function place(context: Context, uses: readonly Use[]): object {
  const [first, ...others] = uses;
  if (first === undefined) return {};
  const related = others.flatMap((use) => {
    const span = context.project.span(use.path);
    return span === undefined ? [] : [{ message: `Also mounted by service "${use.service}"`, span }];
  });
  return { ...at(context.project, first.path), ...(related.length === 0 ? {} : { related }) };
}
