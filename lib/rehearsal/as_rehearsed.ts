/** Outages that were measured in place of those that are estimated. No I/O. */
import type { PlannedCutover } from "../run/crossing_plan.ts";
import type { Figures } from "./figures.ts";

/** A service that was not rehearsed keeps its estimate, and so do all where another project was. */
export function asRehearsed(
  planned: readonly PlannedCutover[],
  figures: Figures | undefined,
  project: string,
): readonly PlannedCutover[] {
  if (figures === undefined || figures.project !== project) return planned;
  return planned.map((one) => {
    const measured = figures.services[one.service];
    if (measured === undefined) return one;
    const rehearsedMs = Math.round(measured.outageSeconds * 1000);
    const aloneMs = Math.round((measured.aloneSeconds ?? measured.outageSeconds) * 1000);
    // Probes and grace periods take their time however idle the machine is.
    const expectedMs = Math.max(aloneMs, Math.min(rehearsedMs, one.outage.expectedMs));
    const mostMs = Math.max(one.outage.mostMs, rehearsedMs);
    return { ...one, outage: { expectedMs, mostMs, rehearsed: figures.date, rehearsedMs } };
  });
}
