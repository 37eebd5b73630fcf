/** Hides secrets in the texts that messages show lines of. */
import type { Sources } from "../diagnostics/diagnostic.ts";
import { concealInPlace, joined, occurrences, secretsInFile } from "../secrecy/mod.ts";

/** The texts with every one of these values as asterisks of the same width, so that lines and columns stay. */
export function maskSources(sources: Sources, values: readonly string[]): Sources {
  return new Map([...sources].map(([file, text]) => [file, concealInPlace(text, occurrences(text, values))]));
}

/** A text of input with everything hidden that stands in it as a secret. */
export function maskSource(file: string, text: string): string {
  return concealInPlace(text, joined(secretsInFile(file, text)));
}
