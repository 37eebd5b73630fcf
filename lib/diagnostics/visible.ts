/** Texts of a stack or a cluster as they may be printed: what a terminal would obey is written out. */

/**
 * Control characters but tab and line feed (C0, DEL, C1, as in Unicode's Cc), marks that turn the direction of a line
 * (UAX 9), and the separators that some take for line ends.
 */
// deno-lint-ignore no-control-regex
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Each of them as `\u001b`: the escape of JSON and of YAML's double quotes, in which nothing is lost thereby. */
export function visible(text: string): string {
  return text.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same for a line that has to keep its width: one sign for each. */
export function visibleInPlace(text: string): string {
  return text.replace(OBEYED, "\ufffd");
}

/** Whether there is anything to write out. */
export function isObeyed(text: string): boolean {
  return text.search(OBEYED) >= 0;
}

/** The data with all of its texts made visible; keys are the program's own. */
export function visibleAll<T>(data: T): T {
  // The edge: a copy has the shape of what was copied.
  return copied(data) as T;
}

function copied(data: unknown): unknown {
  if (typeof data === "string") return visible(data);
  if (Array.isArray(data)) return data.map(copied);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, copied(value)]));
}
