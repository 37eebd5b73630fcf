/** Keys of `decisions.yaml` that have another name today: read as if they had it, with one remark. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

type Path = readonly string[];

/** One layer of the file, the base or a profile, as far as it has old names. */
export interface Layer {
  readonly services?: Readonly<Record<string, object | null>> | null | undefined;
  readonly defaultStep?: unknown;
}

/** A key with an old name, where it stands, and what stands beside it already. */
export interface OldName {
  /** Of the map that has the key, from the root of the file. */
  readonly path: Path;
  readonly old: string;
  readonly now: string;
  readonly value: unknown;
  /** Whether the map has the new name as well, which then counts. */
  readonly isBesideNew: boolean;
}

/**
 * A layer with today's names: `services.*.step` is `migration`, `defaultStep` is `defaultMigration`. `path` is where
 * the layer stands in the file; what is renamed is added to `found`.
 */
export function currentNames<T extends Layer>(layer: T, path: Path, found: OldName[]): object {
  const whole = renamed(layer, "defaultStep", "defaultMigration", path, found);
  if (layer.services === undefined || layer.services === null) return whole;
  const services = Object.entries(layer.services).map(([name, service]) => [
    name,
    service === null ? null : renamed(service, "step", "migration", [...path, "services", name], found),
  ]);
  return { ...whole, services: Object.fromEntries(services) };
}

function renamed(map: object, old: string, now: string, path: Path, found: OldName[]): object {
  const entries = Object.entries(map);
  const [, value] = entries.find(([key]) => key === old) ?? [];
  if (value === undefined) return map;
  const isBesideNew = Object.hasOwn(map, now);
  found.push({ path, old, now, value, isBesideNew });
  return Object.fromEntries(
    entries.filter(([key]) => key !== old || !isBesideNew).map((
      [key, each],
    ) => [key === old ? now : key, each]),
  );
}

/** One remark for the whole file, at the first of them, with the line to write there. */
export function describeOldNames(
  found: readonly OldName[],
  span: (path: Path, key: string) => Span | undefined,
): Diagnostic[] {
  const [first, ...others] = found;
  if (first === undefined) return [];
  const at = span(first.path, first.old);
  const more = others.map(({ path, old }) => `"${[...path, old].join(".")}"`);
  const line = first.value === null ? "null" : yamlWord(String(first.value));
  return [{
    code: "kube-decisions-old-name",
    severity: "info",
    message: `Decision "${[...first.path, first.old].join(".")}" is called "${first.now}" today` +
      (more.length === 0 ? "" : `, and so it is with ${more.join(", ")}`),
    ...(at === undefined ? {} : { span: at }),
    hint: first.isBesideNew
      ? `Remove the line: "${first.now}" stands beside it and counts`
      : `Write instead: ${first.now}: ${line}`,
  }];
}
