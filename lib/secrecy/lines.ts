/** The secrets of one line of a file. */
import { secretsInArguments } from "./arguments.ts";
import { type BlockState, isBesideSecret, type LineEnd, openQuote } from "./blocks.ts";
import type { FileKind } from "./file_kind.ts";
import { isSecretKey } from "./keys.ts";
import { secretsInFlow } from "./flow.ts";
import { secretsInPairs } from "./pairs.ts";
import { namesSecret } from "./names.ts";
import { isPlainValue, isReference, secretPart } from "./plain.ts";
import { secretsInSpecialLine } from "./special_lines.ts";
import type { SecretSpan } from "./span.ts";
import { secretsInText } from "./text.ts";

const COMMENT = /^\s*(#|;|\/\/(?![\w.-]+\/)|\/?\*|--\s|<!--)/;
/** `key: value`, `key = value`, `- key=value`, `export KEY=value`, `set key value`; quoted or not. */
const PAIR =
  /^(\s*(?:-\s+)?(?:["'](?=[^"']*=))?(?:(?:export|set|let|const|var|local|declare|final|static|public|private|setenv|env|define)\s+)?["']?)(\$?[A-Za-z_@][\w.\-/[\]:@]{0,160}?)(["'\])]*\s*(?::=|=>|\?=|[:=])\s*|["']?\s*,\s*(?=["']))(.*)$/;
/** `key value` and `key "value";` of servers' own formats: one word behind one. */
const DIRECTIVE = /^(\s*)([A-Za-z_][\w.-]{1,80})[ \t]+("(?:\\.|[^"\\])*"|'[^']*'|\S+?)\s*;?\s*$/;
const FLAG_ALONE = /^\s*(?:-\s+)?["']?(-{1,2}[A-Za-z][\w.-]*)["']?,?\s*$/;

/** What one line holds, and what it leaves to the next. */
export interface LineSecrets extends LineEnd {
  readonly spans: readonly SecretSpan[];
}

/** @param block what the lines above said */
export function secretsInLine(line: string, kind: FileKind, block: BlockState): LineSecrets {
  if (block.quote !== undefined) return ofQuoted(line, block.quote);
  if (COMMENT.test(line) && block.open?.kind !== "text") return ofComment(line);
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("<") && trimmed.includes(">")) return { spans: [], awaits: false };
  if (block.open?.kind === "text") return { spans: [whole(line, "its key")], awaits: false };
  if (block.awaits) return { spans: [argument(line)].flat(), awaits: false };
  const pair = PAIR.exec(line);
  const text = [...secretsInSpecialLine(line), ...secretsInFlow(line), ...inside(line, kind)];
  if (pair === null) return ofOther(line, kind, block, text);
  return ofPair(line, pair, kind, block, text);
}

function ofPair(
  line: string,
  pair: RegExpExecArray,
  kind: FileKind,
  block: BlockState,
  text: readonly SecretSpan[],
): LineSecrets {
  const [, before = "", name = "", separator = "", rest = ""] = pair;
  const key = name.replace(/^\$/, "");
  const start = before.length + name.length + separator.length;
  const inSection = block.open?.kind === "section" && !isBesideSecret(key);
  const isNamed = isSecretKey(key);
  if ((isNamed || inSection) && /^([|>][\d+-]*|&\S+)?\s*(#.*)?$/.test(rest) && separator.includes(":")) {
    const opens = kind === "compose" && /^(secrets|x-.*)$/.test(key) ? {} : { opens: { key, sign: rest } };
    return { spans: text, awaits: false, ...opens };
  }
  const value = valueIn(rest, kind, line, before);
  if (value === undefined) return { spans: text, awaits: false };
  if (/^(name|key)$/.test(key) && isSecretKey(value.text)) {
    return { spans: text, awaits: false, called: value.text };
  }
  const isCalled = key === "value" && block.called !== undefined && namesSecret(block.called, value.text);
  const isSecret = isCalled ||
    (isNamed ? namesSecret(key, value.text) : inSection && !isPlainValue(value.text));
  const awaits = awaitsMore(line);
  if (!isSecret || /^[[{]/.test(value.text) && kind === "compose" && key === "secrets") {
    return { spans: text, awaits };
  }
  const quote = kind === "env" ? openQuote(rest) : undefined;
  const isList = /^\[.*\]$/.test(value.text) && text.length > 0;
  if (isList || /^[{([]$/.test(value.text)) return { spans: text, awaits };
  const part = secretPart(value.text);
  const from = start + value.start;
  const span = { start: from + part.start, end: from + part.end, why: `"${key}"` };
  return { spans: [span, ...text], awaits, ...(quote === undefined ? {} : { quote }) };
}

/** Lines without a pair: items of a list under a secret's key, directives, and what the whole line says. */
function ofOther(line: string, kind: FileKind, block: BlockState, text: readonly SecretSpan[]): LineSecrets {
  const awaits = awaitsMore(line);
  const item = /^(\s*-\s+["']?)(.*?)["']?,?\s*$/.exec(line);
  if (block.open !== undefined && item !== null && !isPlainValue(item[2] ?? "")) {
    const start = item[1]?.length ?? 0;
    return { spans: [{ start, end: start + (item[2]?.length ?? 0), why: "its key" }], awaits };
  }
  const isBelow = block.open?.kind === "list" && item === null && !/^[[\]{}(),]+$/.test(line.trim());
  if (isBelow && !isPlainValue(line)) return { spans: [whole(line, "its key")], awaits };
  const directive = kind === "code" ? null : DIRECTIVE.exec(line);
  const [, indent = "", key = "", quoted = ""] = directive ?? [];
  if (directive !== null && isDirective(key, quoted)) {
    const isQuoted = /^["']/.test(quoted);
    const start = line.indexOf(quoted, indent.length + key.length) + (isQuoted ? 1 : 0);
    return {
      spans: [{ start, end: start + quoted.length - (isQuoted ? 2 : 0), why: `"${key}"` }, ...text],
      awaits,
    };
  }
  return { spans: text, awaits };
}

/** Sentences begin with a capital; names of settings rarely do, and then they are no word of prose. */
function isDirective(key: string, value: string): boolean {
  const plain = value.replace(/^["']|["']$/g, "");
  if (!namesSecret(key, plain) || /^[[({<]/.test(plain)) return false;
  return /^["']/.test(value) || !/^[A-Z][a-z]+$/.test(key);
}

/** Pairs, flags and headers anywhere in the line. */
function inside(line: string, kind: FileKind): readonly SecretSpan[] {
  if (kind !== "code") return secretsInText(line);
  return secretsInPairs(line).filter(({ start }) => /["'`]/.test(line.slice(Math.max(0, start - 40), start)));
}

/** Of what is commented out only what could be nothing else: keys and tokens by their form are found elsewhere. */
function ofComment(_line: string): LineSecrets {
  return { spans: [], awaits: false };
}

function ofQuoted(line: string, quote: string): LineSecrets {
  const still = openQuote(line, quote);
  const end = still === undefined ? Math.max(0, line.indexOf(quote)) : line.length;
  return {
    spans: [{ start: 0, end, why: "its key" }],
    awaits: false,
    ...(still === undefined ? {} : { quote: still }),
  };
}

/** The line is a list's item, or ends with a flag, whose value stands in the next one. */
function awaitsMore(line: string): boolean {
  const flag = FLAG_ALONE.exec(line)?.[1] ?? /\s(-{1,2}[A-Za-z][\w.-]*)\s*\\?$/.exec(line)?.[1];
  if (flag === undefined) return false;
  const [, next] = secretsInArguments([{ value: flag }, { value: "x9X-value" }]);
  return (next ?? []).length > 0;
}

/** The first word of a line, or its only item. */
function argument(line: string): SecretSpan[] {
  const [, before = "", text = ""] = /^(\s*(?:-\s+)?["']?)([^"'\s]+(?:\s[^"']*(?=["']))?)/.exec(line) ?? [];
  if (text === "" || text.startsWith("-") || isReference(text)) return [];
  return [{ start: before.length, end: before.length + text.length, why: "its flag" }];
}

function whole(line: string, why: string): SecretSpan {
  const start = line.length - line.trimStart().length;
  return { start, end: line.trimEnd().length, why };
}

/** Where the value behind a separator stands: inside its quotes, before a comment or what closes the line. */
function valueIn(
  rest: string,
  kind: FileKind,
  line: string,
  before: string,
): { readonly text: string; readonly start: number; readonly end: number } | undefined {
  const quote = /^[a-zA-Z]{0,2}(["'`])/.exec(rest);
  if (quote !== null) {
    const from = quote[0].length;
    const end = endOfQuoted(rest, from, quote[1] ?? '"');
    return { text: rest.slice(from, end), start: from, end };
  }
  if (kind === "code") return undefined;
  const tag = /^(?:!!\w+|&[\w-]+)\s+(?=\S)/.exec(rest)?.[0].length ?? 0;
  if (tag > 0) return { text: rest.slice(tag).trimEnd(), start: tag, end: rest.trimEnd().length };
  const around = /["']\s*$/.exec(before)?.[0].trim();
  const outer = around !== undefined && !/^\s*(?:-\s+)?["'][^"']*["']\s*:/.test(line)
    ? rest.lastIndexOf(around)
    : -1;
  const plain = outer > 0 ? rest.slice(0, outer) : rest.replace(/\s+#.*$/, "").replace(/[,;]?\s*$/, "");
  return { text: plain, start: 0, end: plain.length };
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\" && quote !== "'") at++;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at;
      at++;
    }
  }
  return text.length;
}
