/** Cycles in what services wait for. */
import type { Service } from "../project.ts";

/** One cycle of each group of services that wait for each other, as names in order; no recursion. */
export function findCycles(services: Readonly<Record<string, Service>>): readonly (readonly string[])[] {
  const state = new Map<string, "open" | "done">();
  const cycles: string[][] = [];
  for (const start of Object.keys(services).sort()) {
    if (state.has(start)) continue;
    const path: { name: string; rest: string[] }[] = [{ name: start, rest: dependenciesOf(start, services) }];
    state.set(start, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.name, "done");
        path.pop();
      } else if (state.get(next) === "open") {
        cycles.push(path.slice(path.findIndex(({ name }) => name === next)).map(({ name }) => name));
      } else if (!state.has(next)) {
        state.set(next, "open");
        path.push({ name: next, rest: dependenciesOf(next, services) });
      }
    }
  }
  return cycles;
}

function dependenciesOf(name: string, services: Readonly<Record<string, Service>>): string[] {
  const service = services[name];
  const names = Object.keys(service?.depends_on ?? {});
  return names.filter((other) => Object.hasOwn(services, other)).sort().reverse();
}
