/**
 * Splits a command's string form into words, as compose does (mattn/go-shellwords): quotes and backslashes, no
 * variables, no commands. Upstream stops without a word at `;`, `&`, `|`, `<` and `>`; here that is a problem.
 */

export type Words = readonly string[] | { readonly reason: string; readonly hint: string };

const UNCLOSED = {
  reason: "a quote, bracket or backslash in it is not closed",
  hint: "close it, or write the command as a list",
};

/** Upstream knows it in `$(…)` alone, which it takes as it is written. */
const BRACKET = {
  reason: '"(" has a meaning for shells alone, and none reads it',
  hint: 'quote the "(", or write the command as a list',
};

interface Splitting {
  readonly words: string[];
  word: string;
  hasWord: boolean;
  inDouble: boolean;
  inSingle: boolean;
  inBackquote: boolean;
  inDollar: boolean;
  isEscaped: boolean;
}

/** The words of a command line. */
export function splitWords(line: string): Words {
  const state: Splitting = {
    words: [],
    word: "",
    hasWord: false,
    inDouble: false,
    inSingle: false,
    inBackquote: false,
    inDollar: false,
    isEscaped: false,
  };
  for (const character of line) {
    const refused = takeCharacter(state, character);
    if (refused !== undefined) return refused;
  }
  if (state.hasWord) state.words.push(state.word);
  const { isEscaped, inSingle, inDouble, inBackquote, inDollar } = state;
  return isEscaped || inSingle || inDouble || inBackquote || inDollar ? UNCLOSED : state.words;
}

function takeCharacter(state: Splitting, character: string): Words | undefined {
  if (state.isEscaped) {
    state.isEscaped = false;
    return append(state, character);
  }
  if (character === "\\") {
    if (state.inSingle) state.word += character;
    else state.isEscaped = true;
    return undefined;
  }
  const isQuoted = state.inSingle || state.inDouble || state.inBackquote || state.inDollar;
  if (" \t\r\n".includes(character)) {
    if (isQuoted) state.word += character;
    else if (state.hasWord) {
      state.words.push(state.word);
      state.word = "";
      state.hasWord = false;
    }
    return undefined;
  }
  return takeSpecial(state, character, isQuoted);
}

function takeSpecial(state: Splitting, character: string, isQuoted: boolean): Words | undefined {
  const { inSingle, inDouble, inBackquote, inDollar } = state;
  if (character === "`" && !inSingle && !inDouble && !inDollar) state.inBackquote = !inBackquote;
  if (character === ")" && !inSingle && !inDouble && !inBackquote) state.inDollar = !inDollar;
  if (character === "(" && !inSingle && !inDouble && !inBackquote) {
    if (inDollar || !state.word.endsWith("$")) return BRACKET;
    state.inDollar = true;
    state.word += "(";
    return undefined;
  }
  if (character === '"' && !inSingle && !inDollar) return toggle(state, "inDouble");
  if (character === "'" && !inDouble && !inDollar) return toggle(state, "inSingle");
  if (!isQuoted && ";&|<>".includes(character)) {
    return {
      reason: `no shell reads it, and it would be cut off at "${character}"`,
      hint: `write ["sh", "-c", "…"], or quote the "${character}"`,
    };
  }
  return append(state, character);
}

function toggle(state: Splitting, quote: "inDouble" | "inSingle"): undefined {
  if (state[quote]) state.hasWord = true;
  state[quote] = !state[quote];
}

function append(state: Splitting, character: string): undefined {
  state.word += character;
  state.hasWord = true;
}
