/** Secrets of templates that nobody has replaced yet. Values are compared, and never shown. */
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { secretLines } from "../stack/secrets/classification.ts";

/** A copied file, by the name that is shown. */
export interface CopiedText {
  readonly name: string;
  readonly text: string;
}

interface Place {
  readonly message: string;
  readonly span: Span;
}

/** So many secrets of so many files do not agree by chance, nor because they have to. */
const SECRETS = 5;
const FILES = 3;
const SAID =
  /^(change[-_ ]?(me|it|this)|password|passwort|secret|example|placeholder|todo|xxx+|\*+|your[-_ ].*|<.*>|\{.*\}|insert[-_ ].*)$/i;
const KEY_FILE = /\.(pem|key)$/i;

/** One warning for all of them; none where every secret has a value of its own. */
export function checkPlaceholders(files: readonly CopiedText[]): Diagnostic[] {
  const byValue = new Map<string, (Place & { file: string })[]>();
  for (const { name, text } of files) {
    for (const { why, line, value } of secretLines(name, text)) {
      if (value === "") continue;
      const span = { file: name, line, column: 1 };
      byValue.set(value, [...byValue.get(value) ?? [], { message: why, span, file: name }]);
    }
  }
  const shared = [...byValue].flatMap(([value, all]) => SAID.test(value) || isShared(all) ? all : []);
  const keys = files.filter(({ name, text }) =>
    KEY_FILE.test(name) && text.trim() !== "" && !text.includes("-----BEGIN ")
  ).map(({ name }) => ({
    message: "neither a key nor a certificate",
    span: { file: name, line: 1, column: 1 },
    file: name,
  }));
  const all = [...shared, ...keys];
  const [first, ...others] = byFile(all);
  if (first === undefined) return [];
  return [{
    code: "cli-init-placeholder",
    severity: "warning",
    message: `${all.length} secrets in ${
      others.length + 1
    } copied files still have the values of the public templates, such as ${first.message}`,
    span: first.span,
    hint: "On a machine of your own they may stay; anywhere else give each its own value before migrate",
    related: others,
  }];
}

/** One place for each file, that of its first secret. */
function byFile(places: readonly (Place & { file: string })[]): Place[] {
  const files = new Map<string, (Place & { file: string })[]>();
  for (const place of places) files.set(place.file, [...files.get(place.file) ?? [], place]);
  return [...files.values()].map((all) => all.toSorted((left, right) => left.span.line - right.span.line))
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{
        message: others.length === 0 ? first.message : `${first.message} and ${others.length} more`,
        span: first.span,
      }]
    )
    .sort((left, right) => left.span.file < right.span.file ? -1 : 1);
}

function isShared(places: readonly { file: string }[]): boolean {
  return places.length >= SECRETS && new Set(places.map(({ file }) => file)).size >= FILES;
}
