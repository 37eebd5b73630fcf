/** Writes another value in the place of one, leaving every other character of its file as it is. */
import { isScalar, parseAllDocuments, parseDocument, visit } from "yaml";
import { expandEscapes, readDotenv } from "../interpolation/dotenv.ts";
import { type Lookup, substitute } from "../interpolation/template.ts";
import type { Written } from "../interpolation/written.ts";
import { resolvePlain } from "../yaml/scalar.ts";
import { readableText } from "../yaml/text.ts";

/** The template that stands at a place: quotes taken away, variables still in it. Undefined for block scalars. */
export function templateAt(written: Written): string | undefined {
  const raw = written.text.slice(written.start, written.end);
  if (written.inherits !== undefined) return `\${${written.inherits}}`;
  if (written.syntax === "raw") return raw.replaceAll("$", "$$$$");
  return written.syntax === "dotenv" ? dotenvTemplate(raw) : yamlTemplate(raw);
}

/**
 * What to write in the place so that it reads as `template`: in the quotes that stand there now where they serve, in
 * others where not. Undefined where no way of writing is read back as that, with everything else as it was.
 */
export function writtenAs(written: Written, template: string): string | undefined {
  if (written.inherits !== undefined) return undefined;
  if (written.syntax === "raw") return rawText(template);
  return written.syntax === "dotenv" ? dotenvText(written, template) : yamlText(written, template);
}

/** Every character is itself, so that a line cannot end in it and no variable be named. */
function rawText(template: string): string | undefined {
  const hasVariable = template.replaceAll("$$", "").includes("$");
  return hasVariable || /[\r\n]/.test(template) ? undefined : template.replaceAll("$$", "$");
}

function dotenvTemplate(raw: string): string {
  if (raw.startsWith("'")) return unquoted(raw, "'").replaceAll("$", "$$$$");
  return raw.startsWith('"') ? expandEscapes(unquoted(raw, '"')) : raw;
}

/** Inside quotes a backslash only hides the quote itself. */
function unquoted(raw: string, quote: string): string {
  return raw.slice(1, -1).replaceAll(/\\([^])/g, (pair, next) => next === quote ? quote : pair);
}

function dotenvText(written: Written, template: string): string | undefined {
  const raw = written.text.slice(written.start, written.end);
  const literal = template.replaceAll("$$", "");
  const single = `'${template.replaceAll("$$", "$").replaceAll("'", "\\'")}'`;
  const double = `"${template.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const isQuoted = /^["']/.test(raw);
  const bare = !isQuoted && (/^[\w.~@%+=:,/-]*$/.test(template) || literal.includes("$")) ? [template] : [];
  const quoted = raw.startsWith('"') || literal.includes("$") ? [double, single] : [single, double];
  return [...bare, ...quoted].find((text) => readsAsDotenv(written, text, template));
}

/** Each variable as its name: what a value says before the environment is known. */
const NAMED: Lookup = (name) => `\u{1}${name}\u{1}`;

function readsAsDotenv(written: Written, replacement: string, template: string): boolean {
  const { text, start, end } = written;
  const before = readDotenv(text, NAMED);
  const after = readDotenv(text.slice(0, start) + replacement + text.slice(end), NAMED);
  if (before.problem !== undefined || after.problem !== undefined) return false;
  if (before.values.size !== after.values.size) return false;
  const wanted = substitute(template, NAMED).value;
  return [...before.values].every(([key, { value, written: place }]) => {
    const isIt = place?.start === start;
    return after.values.get(key)?.value === (isIt ? wanted : value);
  }) && [...before.values.values()].some(({ written: place }) => place?.start === start);
}

function yamlTemplate(raw: string): string | undefined {
  if (/^[|>]/.test(raw)) return undefined;
  const document = parseDocument(raw, { schema: "failsafe", logLevel: "silent" });
  const { contents } = document;
  if (document.errors.length > 0) return undefined;
  if (contents === null) return "";
  return isScalar(contents) ? contents.source ?? String(contents.value) : undefined;
}

function yamlText(written: Written, template: string): string | undefined {
  const raw = written.text.slice(written.start, written.end);
  const double = JSON.stringify(template);
  const single = `'${template.replaceAll("'", "''")}'`;
  const isQuoted = /^["']/.test(raw);
  const isPlain = resolvePlain(template).type === "string" &&
    /^[\w./~${}=-][\w./~@%+=:,${}! -]*$/.test(template);
  const bare = !isQuoted && isPlain ? [template] : [];
  const quoted = raw.startsWith('"') ? [double, single] : [single, double];
  return [...bare, ...quoted].find((text) => readsAsYaml(written, text, template));
}

/** Whether exactly the scalar at the place has changed, and now says `template`. */
function readsAsYaml({ text, start, end }: Written, replacement: string, template: string): boolean {
  const before = scalarsOf(text);
  const after = scalarsOf(text.slice(0, start) + replacement + text.slice(end));
  if (before === undefined || after === undefined || before.length !== after.length) return false;
  const index = before.findIndex((scalar) => scalar.start === start);
  return index >= 0 && before.every((scalar, each) => {
    const now = after[each];
    if (now === undefined) return false;
    if (each !== index) return now.value === scalar.value && now.isPlain === scalar.isPlain;
    return now.start === start && now.value === template &&
      (!now.isPlain || resolvePlain(now.value).type === "string");
  });
}

interface YamlScalar {
  readonly start: number;
  readonly value: string;
  readonly isPlain: boolean;
}

function scalarsOf(text: string): readonly YamlScalar[] | undefined {
  const found: YamlScalar[] = [];
  const documents = parseAllDocuments(readableText(text), {
    schema: "failsafe",
    uniqueKeys: false,
    logLevel: "silent",
  });
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    visit(document, {
      Scalar: (_, { range, source, value, type }) => {
        found.push({
          start: range?.[0] ?? -1,
          value: source ?? String(value),
          isPlain: type === "PLAIN" || type === undefined,
        });
      },
    });
  }
  return found;
}
