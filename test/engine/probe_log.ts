/** Reads what a probe wrote into its container's log. */
import type { ProbeEvent } from "./view.ts";

/** Its events, in the order in which they were written; lines of anybody else are left out. */
export function probeEvents(log: string): readonly ProbeEvent[] {
  return log.split("\n").map((line) => line.trim()).filter((line) => line.startsWith('{"event":'))
    .map((line) => JSON.parse(line) as ProbeEvent);
}

/** Whether it has begun and will not end by itself. One that will is still told as running while it works. */
export function stays(events: readonly ProbeEvent[]): boolean {
  const starts = events.filter(({ event }) => event === "start");
  return starts.length > 0 && starts.every(({ ends }) => ends !== true);
}

/** When the program of a service began, and when it had ended by itself. */
export interface Times {
  readonly started: number;
  readonly ended?: number;
}

/** The first start and the first end. @returns undefined where it never began. */
export function timesOf(events: readonly ProbeEvent[]): Times | undefined {
  const started = events.find(({ event }) => event === "start")?.at;
  const ended = events.find(({ event }) => event === "end")?.at;
  if (started === undefined) return undefined;
  return { started, ...(ended === undefined ? {} : { ended }) };
}

/** Which of those that a service depends on had begun, or had ended where that is the condition, before it began. */
export function orderOf(
  dependencies: Readonly<Record<string, { readonly condition: string }>>,
  own: Times | undefined,
  times: Readonly<Record<string, Times | undefined>>,
): Readonly<Record<string, boolean>> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, { condition }]) => {
      const { started, ended } = times[name] ?? {};
      const reached = condition === "service_completed_successfully" ? ended : started;
      return [name, own !== undefined && reached !== undefined && reached < own.started];
    }),
  );
}
