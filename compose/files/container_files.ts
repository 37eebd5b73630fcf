/** Reads services' `env_file` and `label_file` into their environment and labels. */
import type { Span } from "../../lib/diagnostics/diagnostic.ts";
import { type LoadContext, nameOf, readOnce, unreadableSpan, variablesSource } from "./context.ts";
import { warnOfLackingValues } from "./lacking_values.ts";
import { readRawPairs } from "../interpolation/raw_pairs.ts";
import { type Dotenv, readDotenv } from "../interpolation/dotenv.ts";
import { valueOf } from "../interpolation/template.ts";
import { problem } from "../tree/report.ts";
import { spanOf } from "../tree/source.ts";
import type { Lookup } from "../interpolation/template.ts";
import { type Written, writtenVariable } from "../interpolation/written.ts";

type Environment = Readonly<Record<string, string>>;
type Variables = Record<string, string | null>;

/** A container's canonical form, as far as it is changed here. */
export interface Container {
  environment?: Variables;
  labels?: Record<string, string>;
  readonly env_file?: readonly {
    readonly path?: string;
    readonly required?: boolean;
    readonly format?: string;
  }[];
  readonly label_file?: readonly string[];
}

export interface FileReading {
  readonly context: LoadContext;
  readonly environment: Environment;
  /** Whether a file that is not there is nothing to speak of, required or not. */
  readonly leavesMissing: boolean;
  /** Files without variables in their values read the same for everybody. */
  readonly fixed: Map<string, Dotenv>;
}

/** Where the container's keys are written, and where a key that came from a file is noted. */
export interface ContainerPlaces {
  readonly span: (key: "env_file" | "label_file", index: number) => Span | undefined;
  readonly note: (key: string, place: Noted) => void;
}

/** Where a key of a file stands, and its value. */
export interface Noted {
  readonly span: () => Span;
  readonly written: () => Written;
}

/** Resolves a container's variables: `environment` over later files over earlier ones. */
export async function resolveEnvironment(
  container: Container,
  reading: FileReading,
  places: ContainerPlaces,
): Promise<void> {
  const own: Variables = { ...container.environment };
  for (const [key, value] of Object.entries(own)) {
    if (value === null) own[key] = valueOf(reading.environment, key) ?? null;
  }
  const lookup: Lookup = (name) =>
    valueOf(reading.environment, name) ?? (Object.hasOwn(own, name) ? own[name] ?? undefined : undefined);
  const fromFiles: Variables = {};
  for (const [index, file] of (container.env_file ?? []).entries()) {
    const at = places.span("env_file", index);
    const isRaw = file.format === "raw";
    if (file.format !== undefined && file.format !== ".env" && file.format !== "" && !isRaw) {
      problem(
        reading.context.report,
        "compose-env-format",
        `"${file.format}" is not a format of env files`,
        at,
        'write "raw" for values that are taken as they are written, or remove "format"',
      );
      continue;
    }
    const earlier: Lookup = (name) =>
      Object.hasOwn(fromFiles, name) ? fromFiles[name] ?? undefined : undefined;
    const found = await readPairs(file.path ?? "", file.required !== false, lookup, reading, at, {
      isRaw,
      earlier,
    });
    for (const [key, read] of found?.parsed.values ?? []) {
      fromFiles[key] = read.value;
      const source = found?.source;
      if (source === undefined) continue;
      places.note(key, {
        span: () => spanOf(source, read.offset, read.offset + key.length),
        written: () => writtenVariable(source, key, read, isRaw ? "raw" : "dotenv"),
      });
    }
  }
  const merged = { ...fromFiles, ...own };
  if (Object.keys(merged).length > 0) container.environment = merged;
}

/** Resolves a container's labels: `labels` over later files over earlier ones. */
export async function resolveLabels(
  container: Container,
  reading: FileReading,
  places: ContainerPlaces,
): Promise<void> {
  if (container.label_file === undefined) return;
  const found: Record<string, string> = {};
  for (const [index, path] of container.label_file.entries()) {
    const read = await readPairs(
      path,
      true,
      (name) => valueOf(found, name),
      reading,
      places.span("label_file", index),
    );
    for (const [key, { value }] of read?.parsed.values ?? []) found[key] = value;
  }
  const merged = { ...found, ...container.labels };
  if (Object.keys(merged).length > 0) container.labels = merged;
}

async function readPairs(
  path: string,
  isRequired: boolean,
  lookup: Lookup,
  reading: FileReading,
  at: Span | undefined,
  { isRaw = false, earlier }: { readonly isRaw?: boolean; readonly earlier?: Lookup } = {},
): Promise<{ parsed: Dotenv; source: ReturnType<typeof variablesSource> } | undefined> {
  const { context, fixed } = reading;
  const read = await readOnce(path, context);
  if ("reason" in read) {
    if (read.missing && (!isRequired || reading.leavesMissing)) return undefined;
    problem(
      context.report,
      "compose-env-file",
      `Cannot read "${nameOf(path, context)}": ${read.reason}`,
      read.offset === undefined ? at : unreadableSpan(path, read, context),
      read.missing
        ? 'create the file, correct its path, or write "required: false"'
        : "name a text file in UTF-8",
    );
    return undefined;
  }
  const source = variablesSource(path, read.text, context);
  const parsed = isRaw
    ? readRawPairs(read.text, lookup)
    : fixed.get(path) ?? readDotenv(read.text, lookup, earlier);
  if (parsed.problem !== undefined) {
    const { message, start, end, hint } = parsed.problem;
    problem(context.report, "compose-env-syntax", message, spanOf(source, start, end), hint);
    return undefined;
  }
  warnOfLackingValues(parsed.values, source, context.report);
  if (!isRaw && !read.text.includes("$") && !/^[^=:\n]*$/m.test(read.text)) fixed.set(path, parsed);
  return { parsed, source };
}
