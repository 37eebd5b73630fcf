/** The judgement about one stack, as text for people and as counts for docs/fidelity.md. */
import type { Comparison, Difference } from "./compare.ts";
import type { Explanation } from "./explain.ts";
import { isKnown, type KnownOpen } from "./known_open.ts";

/** A stack that was looked at on both sides. */
export interface Judged {
  readonly stack: string;
  readonly services: number;
  readonly comparison: Comparison;
  readonly explanation: Explanation;
}

/** Counts of one aspect over all stacks. */
export interface Tally {
  readonly equal: number;
  readonly explained: number;
  readonly open: number;
}

/** Whether nothing is open but what is known to be, and no finding was idle. Nothing compared is no proof. */
export function isFaithful(
  { comparison, explanation }: Judged,
  known: readonly KnownOpen[] = [],
): boolean {
  const open = explanation.open.filter((difference) => !known.some((kind) => isKnown(kind, difference)));
  return comparison.equal.length > 0 && open.length === 0 && explanation.idle.length === 0;
}

/** Lines for the terminal: what is open, and what was announced for nothing. */
export function verdictLines(judged: Judged): readonly string[] {
  const { stack, services, comparison, explanation } = judged;
  const { open, explained, idle } = explanation;
  return [
    `${isFaithful(judged) ? "same" : "DIFFERENT"} ${stack}: ${services} services, ` +
    `${comparison.equal.length} aspects equal, ${explained.length} explained, ${open.length} open`,
    ...open.map(({ service, aspect, before, after }) =>
      `  ${service} ${aspect}: ${shown(before)} in Docker, ${shown(after)} in its pod`
    ),
    ...idle.map(({ code, message }) => `  announced, and not seen: ${code}: ${message}`),
  ];
}

function shown(value: string | undefined): string {
  return value === undefined
    ? "nothing"
    : JSON.stringify(value.length > 160 ? `${value.slice(0, 160)}…` : value);
}

/** The kind of an aspect: what stays of it without the names that a stack gives. */
export function kindOf({ aspect }: Pick<Difference, "aspect">): string {
  if (/^mount\.[^ ]+: /.test(aspect)) return "mount entries";
  const mount = /^mount\..*\.(is|writable|kept in|size|noexec|propagation)$/.exec(aspect);
  if (mount !== null) return `mount ${mount[1]}`;
  if (/^file\..*\.writable$/.test(aspect)) return "file writable";
  return /^([^.]+)\./.exec(aspect)?.[1] ?? aspect;
}

/** Counts by kind of aspect, in the order of the letters. */
export function tally(all: readonly Judged[]): ReadonlyMap<string, Tally> {
  const counts = new Map<string, { equal: number; explained: number; open: number }>();
  const count = (aspect: string, what: keyof Tally): void => {
    const kind = kindOf({ aspect });
    const row = counts.get(kind) ?? { equal: 0, explained: 0, open: 0 };
    row[what]++;
    counts.set(kind, row);
  };
  for (const { comparison, explanation } of all) {
    for (const { aspect } of comparison.equal) count(aspect, "equal");
    for (const { difference } of explanation.explained) count(difference.aspect, "explained");
    for (const { aspect } of explanation.open) count(aspect, "open");
  }
  return new Map([...counts].toSorted(([left], [right]) => left < right ? -1 : 1));
}

/** The table of docs/fidelity.md. */
export function tallyTable(rows: ReadonlyMap<string, Tally>): string {
  const lines = [...rows].map(([kind, { equal, explained, open }]) =>
    `| ${kind} | ${equal} | ${explained} | ${open} |`
  );
  return ["| aspect | equal | explained | open |", "|---|---|---|---|", ...lines].join("\n");
}
