/** Secrets among the arguments of a command. */
import { isSecretKey } from "./keys.ts";
import { namesSecret } from "./names.ts";
import { isPlainValue, isReference, secretPart } from "./plain.ts";
import { type Program, programOf } from "./programs.ts";
import type { SecretSpan } from "./span.ts";

/** One argument, and whether another command begins behind it. */
export interface Argument {
  readonly value: string;
  readonly separates?: boolean;
}

const FLAG = /^(--?)([A-Za-z][\w.:[\]-]*?)(?:=([\s\S]*))?$/;
/** `-Ddb.password=x` of Java, `-Pkey=x` of Gradle. */
const DEFINITION = /^-[DP]([A-Za-z][\w.-]*)=([\s\S]*)$/;
/** `PGPASSWORD=x command`, `requirepass=x`, `key.with.dots=x`. */
const ASSIGNMENT = /^([A-Za-z_][\w.[\]-]*)=([\s\S]*)$/;
/** `admin:password`, `name;password`, `user%password`. */
const USER = /^[^\s:;%/]*[:;%]([\s\S]+)$/;
/** `pass:x` of openssl. */
const PASS_SOURCE = /^(?:pass|literal):/;
const OTHER_SOURCE = /^(?:env|file|fd|stdin|prompt)\b/;

/**
 * The secret parts of each argument: of flags by their names, of known programs by their ways. `program` is what runs
 * where the first argument is not its name.
 */
export function secretsInArguments(words: readonly Argument[], program?: string): readonly SecretSpan[][] {
  const spans = words.map((): SecretSpan[] => []);
  let known = program === undefined ? undefined : programOf(program);
  const mark = (index: number, start: number, why: string): void => {
    const value = words[index]?.value ?? "";
    if (start >= value.length || words[index]?.separates === true || isReference(value.slice(start))) return;
    const part = secretPart(value.slice(start));
    spans[index]?.push({ start: start + part.start, end: start + part.end, why });
  };
  words.forEach(({ value, separates }, index) => {
    if (separates === true) {
      known = undefined;
      return;
    }
    if (isScript(value, words[index - 1]?.value)) return;
    const found = secretOfWord(value, words[index + 1]?.value, known);
    for (const { ahead, start, why } of found) mark(index + ahead, start, why);
    for (const ahead of positions(words, index, known)) mark(ahead, 0, "its position");
    known = value.startsWith("-") ? known : programOf(value) ?? known;
  });
  return spans;
}

/** `sh -c "…"`: a text with commands of its own, and not one argument. */
function isScript(value: string, before: string | undefined): boolean {
  if (!/\s/.test(value)) return false;
  return /^-[a-z]*c$|CMD-SHELL[,"']*$/.test(before ?? "") || /^[A-Za-z_]\w*=["']/.test(value);
}

interface Found {
  /** 0: in the word itself, 1: in the next. */
  readonly ahead: 0 | 1;
  readonly start: number;
  readonly why: string;
}

function secretOfWord(word: string, next: string | undefined, program: Program | undefined): Found[] {
  return ofProgram(word, next, program) ?? ofDefinition(word) ?? ofFlag(word, next, program);
}

/** What only the program's own ways tell. */
function ofProgram(
  word: string,
  next: string | undefined,
  program: Program | undefined,
): Found[] | undefined {
  if (program === undefined || !word.startsWith("-")) return undefined;
  const [name = "", attached] = splitFlag(word);
  const why = "its flag";
  for (const flag of program.attached ?? []) {
    if (isShortWith(word, flag)) return [{ ahead: 0, start: flag.length, why }];
  }
  if (program.bare?.includes(word) === true) return [];
  for (const flag of program.users ?? []) {
    const isAlone = word === flag || isCluster(word, flag);
    if (!isAlone && name !== flag && !isShortWith(word, flag)) continue;
    const ahead = isAlone ? 1 : 0;
    const from = ahead === 1 ? 0 : attached === undefined ? flag.length : flag.length + 1;
    const text = (ahead === 1 ? next ?? "" : word).slice(from);
    const user = USER.exec(text)?.[1];
    return user === undefined ? [] : [{ ahead, start: from + text.length - user.length, why }];
  }
  for (const flag of program.flags ?? []) {
    if (word === flag) {
      if (next === undefined || next.startsWith("-") || OTHER_SOURCE.test(next)) return [];
      return isPlainFlagValue(flag, next)
        ? []
        : [{ ahead: 1, start: PASS_SOURCE.exec(next)?.[0].length ?? 0, why }];
    }
    if (name === flag && attached !== undefined) return [{ ahead: 0, start: flag.length + 1, why }];
    if (isShortWith(word, flag)) return [{ ahead: 0, start: flag.length, why }];
  }
  return undefined;
}

/** `curl -b cookies.txt` names a file, `docker run -p 80:80` ports. */
function isPlainFlagValue(flag: string, value: string): boolean {
  if (/^-(b|-cookie)$/.test(flag) && !value.includes("=")) return true;
  return isPlainValue(value) || /^[\d.:[\]]*\d:\d+(\/\w+)?$/.test(value);
}

/** `-psecret` of the flag `-p`. */
function isShortWith(word: string, flag: string): boolean {
  return /^-[A-Za-z]$/.test(flag) && word.length > 2 && word.startsWith(flag);
}

/** `-fsSu` of the flag `-u`. */
function isCluster(word: string, flag: string): boolean {
  return /^-[A-Za-z]{2,6}$/.test(word) && /^-[A-Za-z]$/.test(flag) && word.endsWith(flag.slice(1));
}

function splitFlag(word: string): readonly [name: string, value?: string] {
  const at = word.indexOf("=");
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function ofDefinition(word: string): Found[] | undefined {
  const [, key = "", value = ""] = DEFINITION.exec(word) ?? ASSIGNMENT.exec(word) ?? [];
  if (key === "") return undefined;
  return namesSecret(key, value) ? [{ ahead: 0, start: word.length - value.length, why: "its name" }] : [];
}

function ofFlag(word: string, next: string | undefined, program: Program | undefined): Found[] {
  const [, dashes = "", name = "", value] = FLAG.exec(word) ?? [];
  const isUser = word === "-u" || isUserFlag(name);
  if (!isUser && (name === "" || dashes === "-" && name.length < 3)) return [];
  const why = "its flag";
  if (isUser) {
    const [ahead, text] = value === undefined ? [1 as const, next ?? ""] : [0 as const, value];
    const [, user, password] = /^([\w.@-]+):([^\s/:][^\s]*)$/.exec(text) ?? [];
    if (password === undefined || /^\d+$/.test(text.replace(":", ""))) return [];
    // `-u www-data:www-data` is a user and a group, `-u search:9200` an address.
    if (word === "-u" && (password === user || /^\d+$/.test(password))) return [];
    return [{ ahead, start: (ahead === 1 ? text.length : word.length) - password.length, why }];
  }
  if (!isSecretKey(name)) return [];
  if (value !== undefined) {
    return namesSecret(name, value) ? [{ ahead: 0, start: word.length - value.length, why }] : [];
  }
  if (next === undefined || /^-{1,2}[A-Za-z]/.test(next) || program?.bare?.includes(word) === true) return [];
  return namesSecret(name, next) ? [{ ahead: 1, start: 0, why }] : [];
}

/** `--user admin:password`, `--basic-auth u:p`, `--web.auth u:p`. */
function isUserFlag(name: string): boolean {
  return /^(user|proxy-user|basic-?auth|http-?auth|credential|creds?|login)$/i.test(name);
}

/** The flags of `htpasswd -Bbn` in one spelling. */
function batchFlag(word: string): string {
  if (!/^-[A-Za-z]*b[A-Za-z]*$/.test(word)) return word;
  return word.includes("n") ? "-nb" : "-b";
}

/** Where the secrets stand that a word of a known program announces: `AUTH x`, `add_user name x`. */
function positions(words: readonly Argument[], index: number, program: Program | undefined): number[] {
  const word = words[index]?.value ?? "";
  const next = words[index + 1];
  if (/^(echo|printf)$/.test(word)) return piped(words, index);
  const after = program?.after;
  const wanted = after === undefined
    ? undefined
    : Object.hasOwn(after, word.toLowerCase())
    ? after[word.toLowerCase()]
    : after[batchFlag(word)];
  if (wanted === undefined) {
    const isSetting = /^(set|reset|change|add)-[a-z-]*(password|passwd|token)$/.test(word);
    return isSetting && next !== undefined && !/^-/.test(next.value) && !isPlainValue(next.value)
      ? [index + 1]
      : [];
  }
  const behind: number[] = [];
  for (let at = index + 1; at < words.length && words[at]?.separates !== true; at++) {
    if (!/^-{1,2}[A-Za-z]/.test(words[at]?.value ?? "")) behind.push(at);
  }
  return wanted.flatMap((place) => behind[place - 1] ?? []);
}

/** `echo x | docker login --password-stdin`: what is said is read as a secret. */
function piped(words: readonly Argument[], index: number): number[] {
  const end = words.findIndex(({ separates }, at) => at > index && separates === true);
  if (end < 0) return [];
  const next = words.findIndex(({ separates }, at) => at > end && separates === true);
  const reader = words.slice(end + 1, next < 0 ? words.length : next);
  if (!reader.some(({ value }) => /^--?(pass|token|secret|api-?key)[\w-]*stdin$/.test(value))) return [];
  return words.flatMap(({ value }, at) => at > index && at < end && !/^-|^%s/.test(value) ? [at] : []);
}
