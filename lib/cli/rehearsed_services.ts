/** What both directions have shown, by service. */
import type { Figures } from "../rehearsal/figures.ts";
import type { Answered } from "../rehearsal/watch.ts";
import type { RehearsedService } from "../report/rehearsal_text.ts";
import type { Rehearsed } from "./rehearsed_moves.ts";

/** Those that moved, or were to and did not. */
export function rehearsedServices(
  { there, back }: Rehearsed,
  kept: readonly string[],
): readonly RehearsedService[] {
  return kept.flatMap((service) => {
    const [outageMs, backMs] = [there.lasted.get(service), back?.lasted.get(service)];
    const aloneMs = there.alone.get(service);
    const problem = there.problems.get(service) ?? back?.problems.get(service) ??
      (there.lasted.has(service) && back?.lasted.has(service) !== true ? "did not come back" : undefined);
    if (!there.lasted.has(service) && problem === undefined) return [];
    const looks = [there, back].flatMap((direction) => direction?.answered.get(service) ?? []);
    return [{
      service,
      ...(outageMs === undefined ? {} : { outageMs }),
      ...(aloneMs === undefined ? {} : { aloneMs }),
      ...(backMs === undefined ? {} : { backMs }),
      ...(looks.length === 0 ? {} : { asked: askedIn(looks) }),
      ...(problem === undefined ? {} : { problem }),
    }];
  });
}

/** In seconds; those that moved. */
export function serviceFigures(services: readonly RehearsedService[]): Figures["services"] {
  return Object.fromEntries(services.flatMap(({ service, outageMs, aloneMs, backMs }) => {
    if (outageMs === undefined) return [];
    const back = backMs === undefined ? {} : { backSeconds: backMs / 1000 };
    const alone = aloneMs === undefined ? {} : { aloneSeconds: aloneMs / 1000 };
    return [[service, { outageSeconds: outageMs / 1000, ...alone, ...back }] as const];
  }));
}

function askedIn(looks: readonly Answered[]): NonNullable<RehearsedService["asked"]> {
  const sum = (of: (one: Answered) => number): number => looks.reduce((total, one) => total + of(one), 0);
  return {
    requests: sum(({ asked }) => asked),
    failed: sum(({ failed }) => failed),
    longestMs: Math.max(...looks.map(({ longestMs }) => longestMs)),
  };
}
