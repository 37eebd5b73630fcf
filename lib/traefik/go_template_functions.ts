/** The functions that Go's templates and sprig give to Traefik's templates, as far as stacks use them. */
import { encodeBase64 } from "../values/base64.ts";

/** A template uses something that is not understood here; the message names it. */
export class TemplateError extends Error {}

export type TemplateFunctions = Readonly<Record<string, (...values: unknown[]) => unknown>>;

/** Traefik's own `normalize`: every run of characters that are neither letters nor digits becomes one dash. */
export function normalize(name: string): string {
  return name.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "").join("-");
}

/**
 * The functions, with `env` reading the given variables: those of Traefik's own container.
 * Traefik puts `split` over sprig's (pkg/provider/file/file.go).
 */
export function templateFunctions(environment: Readonly<Record<string, string>>): TemplateFunctions {
  const text = (value: unknown): string => value === undefined || value === null ? "" : String(value);
  const variable = (name: string): string => Object.hasOwn(environment, name) ? environment[name] ?? "" : "";
  return {
    env: (name) => variable(text(name)),
    expandenv: (value) => {
      const grown = growing();
      return text(value).replace(/\$\{?(\w+)\}?/g, (_, name: string) => grown(variable(name)));
    },
    normalize: (name) => normalize(text(name)),
    split: (value, separator) => text(value).split(text(separator)),
    splitList: (separator, value) => text(value).split(text(separator)),
    join: (separator, values) => {
      const texts = (Array.isArray(values) ? values : [values]).map(text);
      growing()(text(separator), texts.length);
      return texts.join(text(separator));
    },
    lower: (value) => text(value).toLowerCase(),
    upper: (value) => text(value).toUpperCase(),
    title: (value) => title(text(value)),
    trim: (value) => text(value).trim(),
    trimAll: (cut, value) => trimCharacters(text(value), text(cut)),
    trimPrefix: (prefix, value) =>
      text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
    trimSuffix: (suffix, value) =>
      text(suffix) !== "" && text(value).endsWith(text(suffix))
        ? text(value).slice(0, -text(suffix).length)
        : value,
    replace: (old, replacement, value) => {
      const grown = growing();
      return text(value).replaceAll(text(old), () => grown(text(replacement)));
    },
    contains: (part, value) => text(value).includes(text(part)),
    hasPrefix: (prefix, value) => text(value).startsWith(text(prefix)),
    hasSuffix: (suffix, value) => text(value).endsWith(text(suffix)),
    quote: (...values) => values.map((value) => JSON.stringify(text(value))).join(" "),
    squote: (...values) => values.map((value) => `'${text(value)}'`).join(" "),
    toString: text,
    int: (value) => Math.trunc(Number(text(value))) || 0,
    default: (fallback, value) => isEmpty(value) ? fallback : value,
    coalesce: (...values) => values.find((value) => !isEmpty(value)),
    empty: isEmpty,
    ternary: (yes, no, condition) => condition === true ? yes : no,
    list: (...values) => values,
    until: (count) => numbers(0, whole(count), whole(count) < 0 ? -1 : 1),
    untilStep: (start, stop, step) => numbers(whole(start), whole(stop), whole(step)),
    first: (values) => Array.isArray(values) ? values[0] : undefined,
    last: (values) => Array.isArray(values) ? values.at(-1) : undefined,
    add: (...values) => values.reduce<number>((sum, value) => sum + Number(value), 0),
    b64enc: (value) => encodeBase64(text(value)),
    index: (value, ...keys) => keys.reduce<unknown>((inner, key) => member(inner, text(key)) ?? "", value),
    len: (value) =>
      typeof value === "string" ? new TextEncoder().encode(value).length : Object.keys(value ?? {}).length,
    not: (value) => isEmpty(value),
    and: (...values) => values.find(isEmpty) ?? values.at(-1),
    or: (...values) => values.find((value) => !isEmpty(value)) ?? values.at(-1),
    eq: (left, ...others) => others.some((other) => other === left),
    ne: (left, right) => left !== right,
    print: (...values) => values.map(text).join(""),
    printf: (format, ...values) => printf(text(format), values),
  };
}

/** Go's `strings.Title`: a letter begins a word behind what is no letter, digit or underscore, of ASCII; else behind a space. */
function title(text: string): string {
  let last = " ";
  return [...text].map((letter) => {
    const begins = last <= "\x7f" ? !/\w/.test(last) : /\s/.test(last);
    last = letter;
    return begins ? letter.toUpperCase() : letter;
  }).join("");
}

function whole(value: unknown): number {
  return Math.trunc(Number(value)) || 0;
}

/** sprig's `untilStep`: nothing where the step does not lead to the end. */
function numbers(start: number, stop: number, step: number): readonly number[] {
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  if (count > HEAVIEST) throw new TemplateError(TOO_HEAVY);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

/** What a value has by this name itself; not what every object of this language has. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Characters, and members of lists, of any value. */
const HEAVIEST = 1024 * 1024;
const TOO_HEAVY = `a value has more than ${HEAVIEST} characters`;
/** Lists in one another; more would end this program's stack. */
const DEEPEST = 200;
const weights = new WeakMap<readonly unknown[], { readonly weight: number; readonly depth: number }>();

/** @throws TemplateError where the value would grow beyond bounds, lists of lists included */
export function weighed(value: unknown): unknown {
  const { weight, depth } = weightOf(value);
  if (weight > HEAVIEST || depth > DEEPEST) throw new TemplateError(TOO_HEAVY);
  return value;
}

function weightOf(value: unknown): { readonly weight: number; readonly depth: number } {
  if (!Array.isArray(value)) return { weight: typeof value === "string" ? value.length : 1, depth: 0 };
  const known = weights.get(value);
  if (known !== undefined) return known;
  let [weight, depth] = [0, 0];
  for (const each of value) {
    const inner = weightOf(each);
    weight += 1 + inner.weight;
    depth = Math.max(depth, inner.depth + 1);
  }
  weights.set(value, { weight, depth });
  return { weight, depth };
}

/** Counts what a text is grown by, before it is there. */
function growing(): (text: string, times?: number) => string {
  let length = 0;
  return (text, times = 1) => {
    length += text.length * times;
    if (length > HEAVIEST) throw new TemplateError(TOO_HEAVY);
    return text;
  };
}

function isEmpty(value: unknown): boolean {
  if (value !== null && typeof value === "object") return Object.keys(value).length === 0;
  return !value;
}

function trimCharacters(value: string, characters: string): string {
  const cut = new Set(characters.split(""));
  let start = 0;
  let end = value.length;
  while (start < end && cut.has(value[start] ?? "")) start++;
  while (end > start && cut.has(value[end - 1] ?? "")) end--;
  return value.slice(start, end);
}

function printf(format: string, values: readonly unknown[]): string {
  let index = 0;
  return format.replace(/%[a-zA-Z%]/g, (verb) => {
    if (verb === "%%") return "%";
    const value = String(values[index++] ?? "");
    if (verb === "%q") return JSON.stringify(value);
    if (verb === "%s" || verb === "%v" || verb === "%d") return value;
    throw new TemplateError(`the verb "${verb}" of printf is not known`);
  });
}
