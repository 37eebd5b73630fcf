/** Which keys of docs/coverage.md each service of a stack uses, so that a key's proof can be told. */
import { join } from "node:path";
import { parse } from "yaml";
import { COVERAGE } from "../../lib/checks/coverage/table.ts";
import type { Difference } from "./compare.ts";
import { type Judged, kindOf, type Tally } from "./verdict.ts";

/** Keys by service, as the page writes them: `healthcheck.test`. */
export type Keys = Readonly<Record<string, readonly string[]>>;

const FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** Reads the stack's first file as it is written: what compose adds is nobody's key. */
export async function keysOf(directory: string): Promise<Keys> {
  for (const file of FILES) {
    const text = await Deno.readTextFile(join(directory, file)).catch(() => undefined);
    if (text !== undefined) return usedKeys(parse(text, { merge: true }));
  }
  return {};
}

/** @param project a parsed compose file. */
export function usedKeys(project: unknown): Keys {
  const services = (project as { readonly services?: Readonly<Record<string, unknown>> } | null)?.services ??
    {};
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const paths = pathsOf(service, []);
      return [
        name,
        KNOWN.filter(({ pattern }) => paths.some((path) => pattern.test(path))).map(({ key }) => key),
      ];
    }),
  );
}

const KNOWN = Object.keys(COVERAGE).filter((path) => path.startsWith("service.")).map((path) => {
  const key = path.slice("service.".length);
  // Below some keys stand names of the stack's: `networks.NAME.aliases`, `depends_on.NAME`.
  const [first = "", ...rest] = key.replace(/\.\*$/, "").split(".");
  const below = rest.length === 0 ? "" : `(\\.[^.]+)?\\.${rest.join("\\.")}`;
  return { key, pattern: new RegExp(`^${first}${below}(\\.|$)`) };
});

/** Paths of all values; places in lists are no part of them. The short forms say what the long ones do. */
function pathsOf(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) {
    const whole = path.join(".");
    return [...SHORT[whole] ?? [], ...value.flatMap((item) => pathsOf(item, path))];
  }
  if (value === null || typeof value !== "object") return [path.join(".")];
  return Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
}

/** What the elements of a list say in their short form. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  ports: ["ports.target", "ports.published"],
  volumes: ["volumes.type", "volumes.source", "volumes.target"],
  configs: ["configs.source"],
  secrets: ["secrets.source"],
};

/** Counts of a key, and by kind of aspect those that are not equal. */
export interface KeyTally extends Tally {
  readonly services: number;
  readonly explainedBy: Readonly<Record<string, number>>;
  readonly openBy: Readonly<Record<string, number>>;
}

const NOTHING: KeyTally = { services: 0, equal: 0, explained: 0, open: 0, explainedBy: {}, openBy: {} };

/** Counts by key: of a service that uses it all aspects, as each may suffer from it. */
export function tallyByKey(
  all: readonly (Judged & { readonly keys: Keys })[],
): ReadonlyMap<string, KeyTally> {
  const rows = new Map<string, KeyTally>();
  for (const { keys, comparison, explanation } of all) {
    const differences = explanation.explained.map(({ difference }) => difference);
    for (const [service, used] of Object.entries(keys)) {
      const of = <T extends { readonly service: string }>(list: readonly T[]): readonly T[] =>
        list.filter((each) => each.service === service);
      const [explained, open] = [of(differences), of(explanation.open)];
      for (const key of used) {
        const row = rows.get(key) ?? NOTHING;
        rows.set(key, {
          services: row.services + 1,
          equal: row.equal + of(comparison.equal).length,
          explained: row.explained + explained.length,
          open: row.open + open.length,
          explainedBy: counted(row.explainedBy, explained),
          openBy: counted(row.openBy, open),
        });
      }
    }
  }
  return new Map([...rows].toSorted(([left], [right]) => left < right ? -1 : 1));
}

function counted(
  before: Readonly<Record<string, number>>,
  more: readonly Difference[],
): Readonly<Record<string, number>> {
  const counts = { ...before };
  for (const kind of more.map(kindOf)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The table by key of docs/fidelity.md; what is not equal is told by aspect. */
export function keyTable(rows: ReadonlyMap<string, KeyTally>): string {
  const told = (count: number, kinds: Readonly<Record<string, number>>): string =>
    count === 0
      ? "0"
      : `${count}: ${
        Object.entries(kinds).toSorted(([left], [right]) => left < right ? -1 : 1)
          .map(([kind, times]) => `${kind} ${times}`).join(", ")
      }`;
  const lines = [...rows].map(([key, { services, equal, explained, open, explainedBy, openBy }]) =>
    `| \`${key}\` | ${services} | ${equal} | ${told(explained, explainedBy)} | ${told(open, openBy)} |`
  );
  return ["| key | services | equal | explained | open |", "|---|---|---|---|---|", ...lines].join("\n");
}
