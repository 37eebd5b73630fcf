/** What to write where, so that every place of a secret holds another value; or why that cannot be. */
import { replacementAt } from "../../compose/mod.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { type ExactText } from "../stack/secrets/exact_text.ts";
import { identityOf } from "./inventory.ts";
import { type SecretGroup, type SecretPlace, spanOfPlace } from "./place.ts";

/** Characters of a file, and what takes their place. */
export interface Edit {
  /** The places that this changes. */
  readonly names: readonly string[];
  /** Absolute path of the file, as the stack names it. */
  readonly path: string;
  /** The file as it was read. */
  readonly text: ExactText;
  readonly start: number;
  readonly end: number;
  /** Holds the secret: never shown. */
  readonly replacement: string;
  readonly span: Span;
}

/** Characters that mean themselves in a URL, in YAML, in JSON and in every shell. */
export const EVERYWHERE = /^[A-Za-z0-9._~-]+$/;
/** What YAML and its like read as something else than text. */
const NOT_A_TEXT =
  /^([-+.]?\d[\d_.]*([eE][-+]?\d+)?|0[xob][\da-fA-F_]+|~|null|true|false|yes|no|on|off|y|n|[-+]?\.(inf|nan))$/i;

/** The edits that put `value` into every place of the group which does not hold it. */
export function editsFor(
  group: SecretGroup,
  value: string,
): { readonly edits: readonly Edit[]; readonly problems: readonly Diagnostic[] } {
  const edits = new Map<string, Edit>();
  const problems: Diagnostic[] = [];
  for (const place of group.places) {
    if (place.value === value) continue;
    const identity = identityOf(place);
    const known = identity === undefined ? undefined : edits.get(identity);
    if (identity !== undefined && known !== undefined) {
      edits.set(identity, { ...known, names: [...known.names, place.name] });
      continue;
    }
    const found = editOf(place, value);
    if ("code" in found) problems.push(found);
    else edits.set(identity ?? place.name, found);
  }
  return { edits: [...edits.values()], problems: [...problems, ...overlaps([...edits.values()])] };
}

function editOf(place: SecretPlace, value: string): Edit | Diagnostic {
  const { name, origin } = place;
  if (origin.kind === "none") {
    return problem("kube-secret-fixed", place, `"${name}" cannot be changed here: ${origin.reason}`);
  }
  const embedded = embeddedIn(place);
  if (embedded !== undefined && !EVERYWHERE.test(value)) {
    return problem(
      "kube-secret-characters",
      place,
      `The new value of "${name}" stands inside ${embedded} and can only have letters, digits and . _ ~ - there`,
    );
  }
  if (origin.kind === "text") {
    const { path, text, range, span, isWhole } = origin.origin;
    if (!isWhole && range.quote === "" && NOT_A_TEXT.test(value)) {
      return problem(
        "kube-secret-characters",
        place,
        `The new value of "${name}" would be read as a number or a word of its own, as it stands there without quotes`,
      );
    }
    return { names: [name], path, text, start: range.start, end: range.end, replacement: value, span };
  }
  const { written, span } = origin.origin;
  const replacement = replacementAt(origin.origin, value);
  if (replacement === undefined) {
    return problem(
      "kube-secret-characters",
      place,
      `The new value of "${name}" cannot be written there so that it is read as what it is`,
    );
  }
  const { path, text, start, end } = written;
  return { names: [name], path, text: { text, encoding: "utf-8" }, start, end, replacement, span };
}

/** What a value stands inside of, for people; undefined where it stands alone. */
function embeddedIn({ origin, variable }: SecretPlace): string | undefined {
  if (origin.kind === "none") return undefined;
  if (origin.kind === "text") return origin.origin.isWhole ? undefined : `the file's text`;
  const { before, after } = origin.origin;
  const isAlone = (before === "" || before === `${variable?.name}=`) && after === "";
  return isAlone ? undefined : "a longer value";
}

function problem(code: string, place: SecretPlace, message: string): Diagnostic {
  const span = spanOfPlace(place);
  return {
    code,
    severity: "error",
    message,
    ...(span === undefined ? {} : { span }),
    hint: code === "kube-secret-fixed"
      ? "Change it where it comes from, then run: deno task migrate"
      : "Choose another value; `deno task secrets rotate` makes one that fits everywhere",
  };
}

/** Two secrets in one value would overwrite each other. */
function overlaps(edits: readonly Edit[]): Diagnostic[] {
  return edits.flatMap((edit, index) => {
    const other = edits.slice(0, index).find(({ path, start, end }) =>
      path === edit.path && start < edit.end && edit.start < end
    );
    return other === undefined ? [] : [{
      code: "kube-secret-fixed",
      severity: "error" as const,
      message: `"${edit.names[0]}" and "${
        other.names[0]
      }" stand in one value, which cannot be changed twice at once`,
      span: edit.span,
      hint: "Change the value by hand, then run: deno task migrate",
    }];
  });
}
