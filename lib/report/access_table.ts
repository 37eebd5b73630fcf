/** Who may do what, as a table: people, then groups, and what to do where decisions and cluster differ. */
import type { AccessRow } from "../run/people.ts";
import { type Style, styleFor } from "./style.ts";
import { tableLines } from "./table.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

const SIGNS: Readonly<Record<AccessRow["state"], string>> = {
  granted: "✔",
  "not-applied": "…",
  "only-in-cluster": "?",
};

export interface AccessTextOptions {
  readonly colour: boolean;
  /** A command of this program, with the flags that name the same stack and cluster. */
  readonly next: (command: string) => string;
}

/** Everything that `access list` says. */
export function renderAccess(told: readonly AccessRow[], options: AccessTextOptions): string {
  const style = styleFor(options.colour);
  const rows = visibleAll(told);
  if (rows.length === 0) {
    return `Nobody has access. Next: ${options.next("access grant NAME --role viewer")}\n`;
  }
  const heads = ["", "person", "role", "login", "state"];
  const cells = rows.map((row) => [
    { text: SIGNS[row.state], paint: paintOf(row, style) },
    nameOf(row),
    row.role ?? "-",
    loginOf(row),
    stateOf(row),
  ]);
  const [head = "", ...lines] = tableLines([heads, ...cells]);
  return `${[style.bold(head), ...lines, ...nextOf(rows, options)].join("\n")}\n`;
}

function nameOf({ kind, name }: AccessRow): string {
  return kind === "group" ? `group ${name}` : name;
}

function loginOf({ kind, login, subject }: AccessRow): string {
  if (login === null) return "-";
  if (login === "service-account") return "service account";
  return kind === "group" ? "OIDC" : `OIDC ${subject}`;
}

function stateOf({ state, role, roleInCluster }: AccessRow): string {
  if (state === "granted") return "granted";
  if (state === "only-in-cluster") return "only in the cluster";
  const now = roleInCluster !== null && roleInCluster !== role ? `, still ${roleInCluster}` : "";
  return `not applied yet${now}`;
}

function paintOf(row: AccessRow, style: Style): (text: string) => string {
  if (row.state === "granted") return style.green;
  return row.state === "only-in-cluster" ? style.red : style.yellow;
}

function nextOf(rows: readonly AccessRow[], { next }: AccessTextOptions): string[] {
  const left = rows.filter(({ state }) => state === "only-in-cluster");
  const people = left.filter(({ kind }) => kind === "person").map(({ name }) => name);
  const [person] = people;
  return [
    ...(rows.some(({ state }) => state === "not-applied") ? ["", `Next: ${next("migrate --dry-run")}`] : []),
    ...(person === undefined ? [] : ["", `Next: ${next(`access revoke ${shellWord(person)}`)}`]),
    ...(left.length > people.length ? ["", `Next: ${next("prune --dry-run")}`] : []),
  ];
}
