/** What changing a secret would do, before it is done. Names and places, never a value. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Effect } from "../run/secrets/effects.ts";
import { styleFor } from "./style.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

/** A change as it is shown. */
export interface ChangePreview {
  readonly name: string;
  /** Whether an earlier call began it. */
  readonly resumed: boolean;
  readonly places: readonly { readonly names: readonly string[]; readonly span: Span }[];
  /** Values that are made of the same variable. */
  readonly also: readonly string[];
  /** Undefined where the files were half changed before, so that nothing can be compared. */
  readonly effects: readonly Effect[] | undefined;
  /** Migrations that had something to do anyway. */
  readonly otherwise: readonly string[];
  /** Servers whose healthcheck logs in with the password that is changed. */
  readonly probed: readonly string[];
}

const VERBS = { write: "", run: "run ", restart: "restart " } as const;

/** Several lines for standard error. */
export function renderChange(preview: ChangePreview, options: { readonly colour: boolean }): string {
  const style = styleFor(options.colour);
  const { name, resumed, places, also, effects, otherwise, probed } = visibleAll(preview);
  const head = resumed
    ? `The change of secret ${style.bold(name)} that is under way, to be finished:`
    : `Change of secret ${style.bold(name)}:`;
  const files = places.map(({ names, span }) =>
    `    ${span.file}:${span.line}:${span.column}  ${names.join(", ")}`
  );
  const ids = [...new Set(effects?.map(({ migration }) => migration))];
  const steps = ids.map((id) => {
    const mine = (effects ?? []).filter(({ migration }) => migration === id);
    return `    ${id}  ${mine.map(({ verb, kind, name }) => `${VERBS[verb]}${kind} ${name}`).join(", ")}`;
  });
  const lines = [
    head,
    places.length === 0 ? "  Every file holds the new value already." : "  In the files:",
    ...files,
    ...(also.length === 0 ? [] : [`  The same variable is also in: ${also.join(", ")}`]),
    ...(steps.length === 0 ? [] : ["  Then in the cluster, in this order:", ...steps]),
    ...(effects === undefined ? ["  Then in the cluster: what the next migrate would do."] : []),
    ...(otherwise.length === 0 ? [] : [
      style.yellow(
        `  ${plural(otherwise.length, "migration")} had changed before and is applied along: ${
          otherwise.join(", ")
        }`,
      ),
    ]),
    ...probed.map((server) =>
      style.yellow(
        `  The healthcheck of ${server} logs in with this password: it fails between the restart and the Job, and the ` +
          "run waits for it. Take the login out of it first",
      )
    ),
  ];
  return `${lines.join("\n")}\n`;
}
