/** The value that a decided place holds, and where in the stack's files it stands. */
import { join } from "node:path/posix";
import type { BindSources } from "../../../compose/bind_source.ts";
import type { Project } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { relativePath } from "../relative_path.ts";
import type { Part, Reference } from "../../decisions/jobs.ts";
import { type ExactText, exactText } from "./exact_text.ts";
import { findPart, type TextRange } from "./part.ts";
import { findPlace, isLeftOut, type KeptValues } from "./reference.ts";

/** The stack as it is written: its variables and its configuration files. */
export interface StackTexts {
  readonly project: Project;
  readonly bindSources: BindSources;
}

/** A configuration file that services mount. */
export interface MountedFile {
  /** Absolute. */
  readonly path: string;
  readonly content: Uint8Array;
  /** The services that mount it. */
  readonly services: readonly string[];
}

/** What is at a decided place. */
export interface LocatedSecret {
  /** Undefined where it is not of this stack, as in a Secret that somebody else made. Never shown. */
  readonly value: string | undefined;
  readonly span?: Span;
  /** The part of the variable or file, where it is not the whole. */
  readonly range?: TextRange;
  readonly file?: MountedFile & { readonly text: ExactText };
}

/** The place of a reference, or why there is none, to complete `names "x", `. */
export function secretAt(
  kept: KeptValues,
  texts: StackTexts,
  reference: Reference | Part,
): LocatedSecret | { readonly reason: string } {
  if (typeof reference === "string") return variableAt(kept, texts, reference);
  if ("secret" in reference) {
    const value = findPlace(kept, reference)?.value;
    return { value: value === undefined ? undefined : exactText(value).text };
  }
  if ("file" in reference) return fileAt(texts, reference);
  const whole = variableAt(kept, texts, reference.variable);
  if ("reason" in whole || whole.value === undefined) return whole;
  const range = findPart(whole.value, reference.after);
  if ("times" in range) return { reason: `in which its "after" stands ${range.times} times, and not once` };
  return { ...whole, value: whole.value.slice(range.start, range.end), range };
}

/** Whether a place only matters to programs that are not moved. */
export function isNotMoved(
  kept: KeptValues,
  texts: StackTexts,
  reference: Reference | Part,
): boolean {
  if (typeof reference === "string" || "secret" in reference) return isLeftOut(kept, reference);
  if ("variable" in reference) return isLeftOut(kept, reference.variable);
  const file = mountedFile(texts, reference.file);
  return file === undefined ||
    file.services.every((service) => isLeftOut(kept, `${service}.FILE`));
}

/** The file at a path of the decisions, relative to the project, where a service mounts it. */
export function mountedFile(texts: StackTexts, path: string): MountedFile | undefined {
  const wanted = decidedPath(texts.project, path);
  return mountedFiles(texts).find((file) => file.path === wanted);
}

/** The absolute path that the decisions mean, however they write it. */
export function decidedPath({ workingDir }: Project, path: string): string {
  return path.startsWith("/") ? join(path) : join(workingDir, path);
}

/** Every file below the bind mounts of the services whose content was read, by its path. */
export function mountedFiles({ project, bindSources }: StackTexts): MountedFile[] {
  const files = new Map<string, { content: Uint8Array; services: Set<string> }>();
  const add = (path: string, content: Uint8Array | undefined, service: string): void => {
    if (content === undefined) return;
    const known = files.get(path) ?? { content, services: new Set<string>() };
    known.services.add(service);
    files.set(path, known);
  };
  for (const { name, volumes = [], secrets = [], configs = [] } of Object.values(project.services)) {
    const named = [
      ...secrets.map(({ source }) => project.secrets[source]?.file),
      ...configs.map(({ source }) => project.configs[source]?.file),
    ];
    const bound = volumes.map(({ type, source }) => type === "bind" ? source : undefined);
    for (const source of [...bound, ...named]) {
      const found = source === undefined ? undefined : bindSources.get(source);
      if (source === undefined || found === undefined) continue;
      if (found.kind === "file") add(join(source), found.content, name);
      if (found.kind !== "directory") continue;
      for (const [path, { content }] of found.files) add(join(source, path), content, name);
    }
  }
  return [...files].map(([path, { content, services }]) => ({ path, content, services: [...services] }));
}

function variableAt(
  kept: KeptValues,
  { project }: StackTexts,
  reference: string,
): LocatedSecret | { readonly reason: string } {
  const place = findPlace(kept, reference);
  if (place === undefined) return { reason: "which nothing in the stack sets" };
  const dot = reference.lastIndexOf(".");
  const span = project.span([
    "services",
    reference.slice(0, dot),
    "environment",
    reference.slice(dot + 1),
  ]);
  return {
    value: place.value === undefined ? undefined : exactText(place.value).text,
    ...(span === undefined ? {} : { span }),
  };
}

function fileAt(
  texts: StackTexts,
  { file: path, after }: { readonly file: string; readonly after: string },
): LocatedSecret | { readonly reason: string } {
  const file = mountedFile(texts, path);
  if (file === undefined) return { reason: "which no service of this stack mounts" };
  const text = exactText(file.content);
  const range = findPart(text.text, after);
  if ("times" in range) return { reason: `in which its "after" stands ${range.times} times, and not once` };
  return {
    value: text.text.slice(range.start, range.end),
    span: spanIn(text.text, range, relativePath(texts.project, file.path)),
    range,
    file: { ...file, text },
  };
}

/** The place of characters of a text, for people. */
export function spanIn(text: string, { start, end }: Pick<TextRange, "start" | "end">, file: string): Span {
  const lines = text.slice(0, start).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { file, line: lines.length, column, endLine: lines.length, endColumn: column + end - start };
}
