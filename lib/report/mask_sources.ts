/** Hides known secret values in the texts that messages show lines of. */
import type { Sources } from "../diagnostics/diagnostic.ts";

/** Shorter values would hide ordinary words of a stack; what stands beside a secret's name is hidden all the same. */
const SHORTEST = 6;

/**
 * The texts with every one of these values as asterisks of the same width, so that lines and columns stay.
 * `maskLine` knows a secret by its name; this one knows those that only a decision or their content tells.
 */
export function maskSources(sources: Sources, values: readonly string[]): Sources {
  const long = values.filter((value) => value.length >= SHORTEST);
  const mask = (text: string): string =>
    long.reduce(
      (masked, value) => masked.replaceAll(value, (found) => found.replaceAll(/[^\r\n]/g, "*")),
      text,
    );
  return new Map([...sources].map(([file, text]) => [file, mask(text)]));
}
