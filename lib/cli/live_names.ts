/** Names for completion that only the stack knows. What cannot be read has none: nothing is said while somebody types. */
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { kubeconfigFiles } from "../cluster/kubeconfig.ts";
import { readRegularText } from "../files/regular_file.ts";
import { NOTHING_SEEN } from "../stack/seen.ts";
import { fields, list } from "../values/json.ts";
import { traefikLabels } from "../views/explain_label.ts";
import { shortName, viewedObjects } from "../views/objects.ts";
import { coverageWords } from "../views/words.ts";
import type { Candidate, Name } from "./complete.ts";
import { readCodes } from "./error_codes.ts";
import { loadStack } from "./load_stack.ts";
import { loadScripts } from "./migration_files.ts";
import type { InputOptions } from "./options.ts";
import { planStack, type PlanStackOptions } from "./plan_stack.ts";
import { inventoryOf } from "./secret_inventory.ts";
import { viewOf } from "./stack_view.ts";
import type { Surroundings } from "./surroundings.ts";

/** @param words the whole line, whose flags name the stack; the last one is being typed */
export async function liveNames(
  kind: Name,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<readonly Candidate[]> {
  try {
    return await NAMES[kind](inputOf(words), surroundings, words.at(-1) ?? "");
  } catch {
    return [];
  }
}

type Names = (
  options: InputOptions,
  surroundings: Surroundings,
  typed: string,
) => Promise<readonly Candidate[]>;

const services: Names = async (options, surroundings) => {
  const { loaded: { project } } = await loadStack(options, surroundings);
  return Object.values(project?.services ?? {}).map(({ name, image }) => ({
    word: name,
    about: image ?? "service",
  }));
};

const migrations: Names = async (options, surroundings) => {
  const { migrations: folder, known } = await loadStack(options, surroundings);
  const { scripts } = await loadScripts(folder, known?.directory);
  return scripts.map(({ id, migration }) => ({ word: id.split("_")[0] ?? id, about: migration.title }));
};

const subjects: Names = async (options, surroundings, typed) => {
  if (/^(kube|compose|traefik|plan|run|cli|cluster|docker)-/.test(typed)) {
    return [...(await readCodes(surroundings.home)).values()].map(({ code, means }) => ({
      word: code,
      about: means,
    }));
  }
  const view = viewOf(await planStack(options, surroundings, NO_ENGINE));
  if (typed.includes("/")) {
    return viewedObjects(view).map(({ object }) => ({ word: shortName(object), about: object.apiVersion }));
  }
  if (/^traefik\./i.test(typed)) {
    return [
      ...traefikLabels(view).map(({ label, service }) => ({ word: label, about: service })),
      ...keyCandidates(),
    ];
  }
  return [
    ...await services(options, surroundings, typed),
    ...await migrations(options, surroundings, typed),
    ...keyCandidates(),
  ];
};

function keyCandidates(): Candidate[] {
  return coverageWords().map((word) => ({ word, about: "key" }));
}

const NAMES: Readonly<Record<Name, Names>> = {
  service: services,
  migration: migrations,
  subject: subjects,
  profile: async (options, surroundings) => {
    const { decided, loaded: { project } } = await loadStack(options, surroundings);
    const named = [
      ...decided.decisions.profiles ?? [],
      ...Object.values(project?.disabledServices ?? {}).flatMap(({ profiles = [] }) => profiles),
      ...Object.values(project?.services ?? {}).flatMap(({ profiles = [] }) => profiles),
    ];
    return [...new Set(named)].map((word) => ({ word, about: "profile" }));
  },
  secret: async (options, surroundings) =>
    inventoryOf(await planStack(options, surroundings, NO_ENGINE))
      .map(({ name }) => ({ word: name, about: "secret" })),
  person: async (options, surroundings) => {
    const { decided } = await loadStack(options, surroundings);
    return Object.entries(decided.decisions.access?.people ?? {}).map(([word, { role }]) => ({
      word,
      about: role,
    }));
  },
  context: async (_, { environment }, __) => {
    const texts = await Promise.all(
      kubeconfigFiles({ env: (name) => environment[name] }).map((file) =>
        readRegularText(file, MOST_BYTES).catch(() => "")
      ),
    );
    return texts.flatMap((text) => list(fields(parse(text))["contexts"])).flatMap(({ name }) =>
      typeof name === "string" ? [{ word: name, about: "context" }] : []
    );
  },
};

/** Of a kubeconfig. */
const MOST_BYTES = 1024 * 1024;

/** A key press waits for no engine. */
const NO_ENGINE: PlanStackOptions = { engine: { seen: NOTHING_SEEN, images: () => undefined } };

/** The flags that name a stack, of a line that is not finished. */
function inputOf(words: readonly string[]): InputOptions {
  const options = {
    stack: { type: "string", multiple: true },
    file: { type: "string", short: "f", multiple: true },
    "env-file": { type: "string", multiple: true },
    "project-name": { type: "string", short: "p" },
    profile: { type: "string", multiple: true },
    decisions: { type: "string" },
    migrations: { type: "string" },
    traefik: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: words.slice(0, -1), options, strict: false, allowPositionals: true });
  const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined;
  const texts = (value: unknown): string[] | undefined =>
    Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
  const found = {
    stack: texts(values.stack)?.[0],
    file: texts(values.file),
    envFile: texts(values["env-file"]),
    projectName: text(values["project-name"]),
    profile: texts(values.profile),
    decisions: text(values.decisions),
    migrations: text(values.migrations),
    traefik: text(values.traefik),
  };
  // The edge: what is not there is left out, as the types of flags want it.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as InputOptions;
}
