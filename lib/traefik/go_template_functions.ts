/** The functions that Go's templates and sprig give to Traefik's templates, as far as stacks use them. */

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
  return {
    env: (name) => environment[text(name)] ?? "",
    expandenv: (value) => text(value).replace(/\$\{?(\w+)\}?/g, (_, name: string) => environment[name] ?? ""),
    normalize: (name) => normalize(text(name)),
    split: (value, separator) => text(value).split(text(separator)),
    splitList: (separator, value) => text(value).split(text(separator)),
    join: (separator, values) => (Array.isArray(values) ? values : [values]).map(text).join(text(separator)),
    lower: (value) => text(value).toLowerCase(),
    upper: (value) => text(value).toUpperCase(),
    title: (value) => text(value).replace(/(^|[\s_-])(\p{L})/gu, (match) => match.toUpperCase()),
    trim: (value) => text(value).trim(),
    trimAll: (cut, value) => trimCharacters(text(value), text(cut)),
    trimPrefix: (prefix, value) =>
      text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
    trimSuffix: (suffix, value) =>
      text(suffix) !== "" && text(value).endsWith(text(suffix))
        ? text(value).slice(0, -text(suffix).length)
        : value,
    replace: (old, replacement, value) => text(value).replaceAll(text(old), text(replacement)),
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
    first: (values) => (values as readonly unknown[])[0],
    last: (values) => (values as readonly unknown[]).at(-1),
    add: (...values) => values.reduce<number>((sum, value) => sum + Number(value), 0),
    b64enc: (value) => btoa(String.fromCharCode(...new TextEncoder().encode(text(value)))),
    index: (value, ...keys) =>
      keys.reduce<unknown>(
        (inner, key) => (inner as Record<string, unknown> | undefined)?.[text(key)] ?? "",
        value,
      ),
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

function isEmpty(value: unknown): boolean {
  if (value !== null && typeof value === "object") return Object.keys(value).length === 0;
  return !value;
}

function trimCharacters(value: string, cut: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && cut.includes(value[start] ?? "")) start++;
  while (end > start && cut.includes(value[end - 1] ?? "")) end--;
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
