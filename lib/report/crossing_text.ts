/** A crossing that is only planned, for people: service by service, in the order in which they would move. */
import { plural } from "../diagnostics/plural.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import type { PlannedCutover } from "../run/crossing_plan.ts";
import { durationRange, shortDuration } from "../values/duration.ts";
import { tableLines } from "./table.ts";

/** Empty where nothing crosses. */
export function renderCrossing(planned: readonly PlannedCutover[]): string {
  const told = visibleAll(planned);
  if (told.length === 0) return "";
  const rows = told.map((one) => [one.migration, one.service, stepsOf(one), outageOf(one)]);
  const sum = sumOf(told);
  return `Crossing, one service after the other; ${sourceOf(told)}:\n${
    tableLines(rows).map((line) => `  ${line}\n`).join("")
  }  ${plural(told.length, "service")}, about ${
    durationRange(sum.leastMs, sum.mostMs)
  } of outages in all; everything else is served meanwhile\n`;
}

function stepsOf({ state, mode, containers, directories }: PlannedCutover): string {
  if (state === "back") return "goes on with going back";
  const stops = containers.map(({ name, signal, within }) => `stop ${name} (${signal}, ${within} s)`);
  const steps = mode === "overlap" ? ["start", ...stops] : [
    ...stops,
    ...directories.map((directory) => `prove that nobody is on ${directory}`),
    "start",
  ];
  return `${state === undefined ? "" : `go on from "${state}": `}${steps.join(", ")}`;
}

/** Where the outages come from. */
function sourceOf(told: readonly PlannedCutover[]): string {
  const rehearsed = told.filter(({ outage }) => outage.rehearsed !== undefined).length;
  if (rehearsed === 0) return "outages are estimated, not measured";
  return rehearsed === told.length
    ? "outages are as they were rehearsed"
    : "outages are as they were rehearsed, or else estimated and not measured";
}

function outageOf({ mode, outage }: PlannedCutover): string {
  const { expectedMs, mostMs, rehearsed, rehearsedMs = expectedMs } = outage;
  if (rehearsed !== undefined) {
    const lasted = rehearsedMs === 0 ? "none" : durationRange(expectedMs, rehearsedMs);
    return `${lasted}, rehearsed on ${rehearsed.slice(0, 10)}`;
  }
  if (mode === "overlap") return "none";
  return `about ${shortDuration(expectedMs)}, at most ${
    shortDuration(mostMs)
  } if it takes all its time to end`;
}

/** What is done about ports of the node, after all that crosses. */
export function renderFront(
  { migration, ports, asked }: {
    readonly migration: string;
    readonly ports: readonly string[];
    readonly asked: number;
  },
): string {
  const [named, lead] = ports.length === 1 ? ["port", "leads"] : ["ports", "lead"];
  return `The front, ${migration}: ${plural(asked, "question")} to both sides, then ${named} ${
    ports.join(", ")
  } of the node ${lead} to the cluster, and the same is asked there\n`;
}

/** Of all outages: as they were measured or estimated, and what of it comes without a rehearsal's own load. */
export function sumOf(
  planned: readonly Pick<PlannedCutover, "outage">[],
): { readonly leastMs: number; readonly mostMs: number } {
  const sum = (of: (outage: PlannedCutover["outage"]) => number): number =>
    planned.reduce((total, { outage }) => total + of(outage), 0);
  return {
    leastMs: sum(({ expectedMs }) => expectedMs),
    mostMs: sum(({ expectedMs, rehearsedMs = expectedMs }) => rehearsedMs),
  };
}
