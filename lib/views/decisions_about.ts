/** The decisions in force about one service, with their places. */
import type { Service } from "../../compose/project.ts";
import { relativePath } from "../stack/relative_path.ts";
import { field, fields, isRecord } from "../values/json.ts";
import { shownValue } from "./shown_value.ts";
import { type Entry, placed } from "./explanation.ts";
import type { StackView } from "./stack_view.ts";

/** Sections whose keys are services. */
const BY_SERVICE = ["services", "databases", "brokers", "identity", "calls"] as const;
/** Sections whose entries name a service. */
const NAMING = ["backups", "timers"] as const;

export function decisionsAbout(view: StackView, service: Service): Entry[] {
  const { decisions, project } = view.facts;
  const entry = (path: readonly string[], value: unknown): Entry => entryOf(view, path, value);
  const own = BY_SERVICE.flatMap((top) => {
    const value = field(decisions[top], service.name);
    if (!isRecord(value)) return value === undefined ? [] : [entry([top, service.name], value)];
    return Object.entries(value).map(([key, each]) => entry([top, service.name, key], each));
  });
  const naming = NAMING.flatMap((top) =>
    Object.entries(fields(decisions[top])).flatMap(([name, value]) =>
      fields(value)["service"] === service.name ? [entry([top, name], value)] : []
    )
  );
  const sources = (service.volumes ?? []).flatMap(({ source }) => {
    if (source === undefined) return [];
    const relative = relativePath(project, source);
    return [source, relative, `./${relative}`];
  });
  const secrets = Object.keys(service.environment ?? {}).flatMap((key) => [`${service.name}.${key}`, key]);
  const ports = (service.ports ?? []).flatMap(({ published, protocol = "tcp" }) => [
    ...(published === undefined ? [] : [published, `${published}/${protocol}`]),
  ]);
  const named = ([
    ["storage", sources],
    ["secrets", secrets],
    ["publish", ports],
    ["images", imageNames(service)],
  ] as const).flatMap(([top, keys]) =>
    Object.entries(fields(decisions[top])).flatMap(([key, value]) =>
      keys.includes(key) ? [entry([top, key], value)] : []
    )
  );
  return [...own, ...naming, ...named];
}

/** Every decision in force, in the order of the file: a line for each key, and for each entry of a section. */
export function allDecisions(view: StackView): Entry[] {
  const { file: _, profiles: __, span: ___, ...values } = view.facts.decisions;
  return Object.entries(values).flatMap(([top, value]) =>
    isRecord(value)
      ? Object.entries(value).map(([key, each]) => entryOf(view, [top, key], each))
      : value === undefined
      ? []
      : [entryOf(view, [top], value)]
  );
}

function entryOf({ facts, secrets }: StackView, path: readonly string[], value: unknown): Entry {
  return {
    name: path.join("."),
    text: shownValue(path.at(-1) ?? "", value, secrets),
    ...placed(facts.decisions.span(path)),
  };
}

function imageNames({ image }: Service): readonly string[] {
  return image === undefined ? [] : [image, image.replace(/:[^/:]*$/, "")];
}
