/** Texts for people to read, where words are words; and decisions, which only name secrets. */
const PROSE =
  /\.(md|markdown|rst|adoc|html?|xhtml|css|scss|svg|po|pot|tex|licen[cs]e|eml|mjml|vtt|srt)$|(^|\/)decisions[^/]*\.ya?ml$/i;
/** Programs: what is not in quotes is an expression. */
const CODE =
  /\.(js|mjs|cjs|ts|tsx|jsx|py|rb|php|phtml|go|rs|java|kt|kts|scala|groovy|gradle|lua|pl|pm|exs?|erl|cs|cpp|cc|c|h|hpp|swift|dart|tf|r|jl|vue|svelte)$/i;
const ENV_FILE = /(^|\/)[^/]*\.?env(\.[^/]*)?$/i;

/** What kind of text a file is, by its name. */
export type FileKind = "prose" | "code" | "env" | "compose" | "settings";

/** By the name, and for compose files by their sections. */
export function fileKind(path: string, text: string): FileKind {
  if (PROSE.test(path)) return "prose";
  if (CODE.test(path)) return "code";
  if (ENV_FILE.test(path)) return "env";
  return /\.ya?ml$/i.test(path) && /^services:/m.test(text) ? "compose" : "settings";
}
