/** What a rehearsal has shown, for people: a line for each service, and what it comes to. */
import { plural } from "../diagnostics/plural.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { durationRange, shortDuration } from "../values/duration.ts";
import { tableLines } from "./table.ts";

/** One service's line. */
export interface RehearsedService {
  readonly service: string;
  /** Milliseconds; absent where it did not go there. */
  readonly outageMs?: number;
  /** The same without the copy's own load; absent where nobody knows. */
  readonly aloneMs?: number;
  readonly backMs?: number;
  /** Requests of both directions, and how many of them nobody answered; absent where nothing could be asked. */
  readonly asked?: { readonly requests: number; readonly failed: number; readonly longestMs: number };
  readonly problem?: string;
}

/** Empty where there is none. */
export function renderRehearsal(
  services: readonly RehearsedService[],
  leftOut: Readonly<Record<string, string>>,
): string {
  const told = visibleAll(services);
  const rows = told.map(({ service, outageMs, aloneMs = outageMs, backMs, asked, problem }) => [
    service,
    outageMs === undefined ? "not moved" : durationRange(aloneMs ?? outageMs, outageMs),
    backMs === undefined ? outageMs === undefined ? "" : "not back" : shortDuration(backMs),
    asked === undefined
      ? "not asked"
      : `${asked.failed} of ${asked.requests} failed${
        asked.failed === 0 ? "" : `, ${shortDuration(asked.longestMs)} at a stretch`
      }`,
    problem ?? "",
  ]);
  const left = Object.entries(visibleAll(leftOut)).map(([service, why]) =>
    `Left out: ${service}, as ${why}\n`
  );
  const sum = told.reduce((total, { outageMs = 0 }) => total + outageMs, 0);
  const least = told.reduce((total, { outageMs = 0, aloneMs = outageMs }) => total + aloneMs, 0);
  const all = durationRange(least, sum);
  const isRange = ({ outageMs = 0, aloneMs = outageMs }: RehearsedService): boolean =>
    durationRange(aloneMs, outageMs) !== shortDuration(outageMs);
  const crowded = !told.some(isRange)
    ? ""
    : "The longer times were measured; the shorter ones are without the copy's own load on the processors\n";
  const table = tableLines([["service", "down for", "back for", "requests", ""], ...rows]);
  const moved = plural(told.filter(({ outageMs }) => outageMs !== undefined).length, "service");
  return `${table.map((line) => `${line}\n`).join("")}${
    left.join("")
  }${crowded}${moved} moved, ${all} of outages in all\n`;
}
