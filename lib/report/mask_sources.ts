/** Hides secrets in the texts that messages show lines of. */
import type { Diagnostic, Sources } from "../diagnostics/diagnostic.ts";
import { conceal, concealInPlace, joined, occurrences, secretsInFile } from "../secrecy/mod.ts";

/** The texts with every one of these values as asterisks of the same width, so that lines and columns stay. */
export function maskSources(sources: Sources, values: readonly string[]): Sources {
  return new Map([...sources].map(([file, text]) => [file, concealInPlace(text, occurrences(text, values))]));
}

/** The same findings without any of these values in their words. */
export function maskDiagnostics(
  diagnostics: readonly Diagnostic[],
  values: readonly string[],
): readonly Diagnostic[] {
  const mask = (text: string): string => conceal(text, occurrences(text, values));
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    message: mask(diagnostic.message),
    ...(diagnostic.hint === undefined ? {} : { hint: mask(diagnostic.hint) }),
    ...(diagnostic.related === undefined ? {} : {
      related: diagnostic.related.map((other) => ({ ...other, message: mask(other.message) })),
    }),
  }));
}

/** A text of input with everything hidden that stands in it as a secret. */
export function maskSource(file: string, text: string): string {
  return concealInPlace(text, joined(secretsInFile(file, text)));
}
