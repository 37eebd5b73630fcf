/** Data directories that are not on this disk: they have to be on the node, or are made there. */
import { at, type Context } from "../context.ts";
import { isCreated, storageDecision, storageKey, type Use } from "./places.ts";

/** One finding for all that must exist, as on the real machine they do, and one for all that are made. */
export function reportAbsent(context: Context, absent: readonly Use[]): void {
  const isMade = ({ mount }: Use): boolean =>
    isCreated(context.decisions, storageDecision(context, mount.source ?? ""), true);
  const made = absent.filter(isMade);
  const missing = absent.filter((use) => !isMade(use));
  if (missing.length > 0) {
    report(context, missing, {
      code: "kube-data-directory-absent",
      severity: "warning",
      what: "not on this disk",
      hint: "They must exist on the node before their pods start; to create them empty, as on a laptop: " +
        "storageDirectories: create",
    });
  }
  if (made.length > 0) {
    report(context, made, {
      code: "kube-data-directory-made",
      severity: "info",
      what: "not on this disk and made on the node, empty and root's, as Docker does",
      hint:
        "To start only where they are there: storageDirectories: existing; for a program that runs as another " +
        'user: storage: { "PATH": { owner: "UID:GID" } }',
    });
  }
}

interface Told {
  readonly code: string;
  readonly severity: "warning" | "info";
  readonly what: string;
  readonly hint: string;
}

function report(context: Context, uses: readonly Use[], told: Told): void {
  const [first, ...others] = uses;
  if (first === undefined) return;
  const key = (use: Use): string => storageKey(context, use.mount.source ?? "");
  context.report({
    code: told.code,
    severity: told.severity,
    message: uses.length === 1
      ? `Data directory "${key(first)}" is ${told.what}`
      : `${uses.length} data directories are ${told.what}, such as "${key(first)}"`,
    ...at(context.project, first.path),
    hint: told.hint,
    related: others.flatMap((use) => {
      const span = context.project.span(use.path);
      const state = told.severity === "warning" ? ` is ${told.what}` : "";
      return span === undefined
        ? []
        : [{ message: `"${key(use)}" of service "${use.service}"${state}`, span }];
    }),
  });
}
