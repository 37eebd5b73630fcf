/** Service names that are other names in the cluster: two that become one, and those that change. */
import { at, type Context, isSkipped } from "../stack/context.ts";
import { label } from "../stack/names.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Workloads are called after their services, whether anything reaches them or not. */
export function checkNames(context: Context): void {
  const taken = new Map<string, string>();
  const changed: string[] = [];
  for (const name of Object.keys(context.project.services)) {
    if (isSkipped(context.decisions, name) || name === context.routing.traefikService) continue;
    const wanted = label(name);
    const first = taken.get(wanted);
    if (first !== undefined) {
      const span = context.project.span(["services", first]);
      context.report({
        code: "kube-name-collision",
        severity: "error",
        message: `Services "${first}" and "${name}" would both be called "${wanted}"`,
        ...at(context.project, ["services", name]),
        hint: "Rename one of them, and what refers to it",
        ...(span === undefined ? {} : { related: [{ message: `"${first}" is here`, span }] }),
      });
      continue;
    }
    taken.set(wanted, name);
    if (wanted !== name) changed.push(name);
  }
  const [only] = changed;
  if (only === undefined) return;
  context.report({
    code: "kube-name-changed",
    severity: "info",
    message: `Called otherwise in the cluster: ${
      changed.map((name) => `"${name}" is "${label(name)}"`).join(", ")
    }`,
    ...at(context.project, ["services", only]),
    hint: "Names in the cluster are lower-case letters, digits and hyphens",
  });
}

/** Services whose profiles are not active are not forgotten, but left out. */
export function checkProfiles(context: Context): void {
  const names = Object.keys(context.project.disabledServices);
  const [first] = names;
  if (first === undefined) return;
  const profiles = context.project.disabledServices[first]?.profiles ?? [];
  context.report({
    code: "kube-profile-inactive",
    severity: "info",
    message: `Left out, since their profiles are not active: ${names.map((name) => `"${name}"`).join(", ")}`,
    ...at(context.project, ["services", first]),
    hint: `--profile ${shellWord(profiles[0] ?? "NAME")} takes "${first}" along`,
  });
}
