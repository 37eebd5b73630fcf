/** The figures of docs/fidelity.md, made of what runs have kept. */
import type { Seen } from "./judge_stack.ts";
import { keyTable, tallyByKey } from "./keys.ts";
import { isKnown, KNOWN_OPEN } from "./known_open.ts";
import { isFaithful, tally, tallyTable } from "./verdict.ts";

const BEGIN = "<!-- made by deno task test:engine -->";
const END = "<!-- end -->";

/** @param day as `2026-11-30`. @returns the page with other figures. @throws where the page has no place for them. */
export function withFigures(page: string, all: readonly Seen[], day: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot write the figures: there is no "${BEGIN}" … "${END}"`);
  return `${page.slice(0, from)}${BEGIN}\n\n${figures(all, day)}\n\n${page.slice(to)}`;
}

function figures(all: readonly Seen[], day: string): string {
  const generated = all.filter(({ stack }) => seedOf(stack) !== undefined);
  const named = all.filter(({ stack }) => seedOf(stack) === undefined);
  return [
    `${daysOf(all, day)}: ${all.length} stacks with ${servicesOf(all)} services were seen on both sides, ` +
    `${generated.length} of them with ${servicesOf(generated)} services made by chance${
      seedsOf(generated)
    }.` +
    secondsOf(all),
    "Open, by kind (`test/engine/known_open.ts`):",
    openTable(all),
    "By aspect:",
    tallyTable(tally(all)),
    "By key, all aspects of the services that use it:",
    keyTable(tallyByKey(all)),
    "By stack. One differs where something is open that the list of kinds does not have, or where a finding announced " +
    "a difference that was not there:",
    stackTable(named, generated),
  ].join("\n\n");
}

/** Each known kind with its count, and what is open besides. */
function openTable(all: readonly Seen[]): string {
  const open = all.flatMap(({ explanation }) => explanation.open);
  const rows = KNOWN_OPEN.map((kind) =>
    `| ${kind.what} | ${open.filter((difference) => isKnown(kind, difference)).length} |`
  );
  const others = open.filter((difference) => !KNOWN_OPEN.some((kind) => isKnown(kind, difference)));
  return ["| what | differences |", "|---|---|", ...rows, `| anything else | ${others.length} |`].join("\n");
}

function stackTable(named: readonly Seen[], generated: readonly Seen[]): string {
  const rows = named.map((seen) => row(seen.stack, [seen]));
  return [
    "| stack | services | equal | explained | open | |",
    "|---|---|---|---|---|---|",
    ...rows,
    ...generated.length === 0 ? [] : [row("made by chance", generated)],
  ].join("\n");
}

function row(name: string, all: readonly Seen[]): string {
  const sum = (count: (seen: Seen) => number): number => all.reduce((total, seen) => total + count(seen), 0);
  const different = all.filter((seen) => !isFaithful(seen, KNOWN_OPEN)).length;
  const verdict = different === 0
    ? ""
    : all.length === 1
    ? "differs"
    : `${different} of ${all.length} differ`;
  return `| ${name} | ${servicesOf(all)} | ${sum(({ comparison }) => comparison.equal.length)} | ` +
    `${sum(({ explanation }) => explanation.explained.length)} | ` +
    `${sum(({ explanation }) => explanation.open.length)} | ${verdict} |`;
}

function servicesOf(all: readonly Seen[]): number {
  return all.reduce((sum, { services }) => sum + services, 0);
}

function seedOf(stack: string): number | undefined {
  const seed = /^generated-(\d+)$/.exec(stack)?.[1];
  return seed === undefined ? undefined : Number(seed);
}

/** Seeds that follow each other are told by the first and the last. */
function seedsOf(generated: readonly Seen[]): string {
  const seeds = generated.map(({ stack }) => seedOf(stack) ?? 0).toSorted((left, right) => left - right);
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last !== undefined && seed === last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  const told = ranges.map(([first, last]) => first === last ? `${first}` : `${first} to ${last}`);
  return told.length === 0 ? "" : ` (seeds ${told.join(", ")})`;
}

function daysOf(all: readonly Seen[], today: string): string {
  const days = [...new Set(all.map(({ day }) => day ?? today))].toSorted();
  const [first = today, last = first] = [days[0], days.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function secondsOf(all: readonly Seen[]): string {
  const seconds = all.flatMap((seen) => seen.seconds ?? []).toSorted((left, right) => left - right);
  const half = seconds[Math.floor(seconds.length / 2)];
  return half === undefined
    ? ""
    : ` Half of them took less than ${Math.ceil(half)} s each, several at one time; the longest ${
      Math.ceil(seconds.at(-1) ?? 0)
    } s.`;
}
