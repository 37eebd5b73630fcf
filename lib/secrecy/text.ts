/** The secrets in one text of any kind: a value, a line of a command, a message. */
import { secretsInArguments } from "./arguments.ts";
import { secretsByForm } from "./forms.ts";
import { keyWords } from "./keys.ts";
import { secretsInPairs } from "./pairs.ts";
import { namesSecret } from "./names.ts";
import { secretPart } from "./plain.ts";
import { shellWords } from "./shell_words.ts";
import { joined, type SecretSpan, withoutEnd } from "./span.ts";
import { secretsInUrls } from "./urls.ts";

/** What carries an identifier or a checksum, which is as random as a secret. */
const IDENTIFIER =
  /^(sha|sha1|sha256|sha512|md5|commit|revision|rev|digest|checksum|version|tag|etag|ref|fingerprint|thumbprint|id|ids|uuid|guid|hash|build|vcs|sum|integrity|public|pub|image|cid|etc)$/;

/** Every secret in a text without a name of its own, in order. */
export function secretsInText(text: string, program?: string): readonly SecretSpan[] {
  return joined([
    ...secretsByForm(text),
    ...secretsInUrls(text),
    ...secretsInPairs(text),
    ...secretsInCommand(text, program),
  ]);
}

/** Every secret in the value of a variable, a setting or a label: all of it where the name says so. */
export function secretsInVariable(key: string, value: string): readonly SecretSpan[] {
  if (namesSecret(key, value)) return [{ ...secretPart(value), why: "its name" }];
  const words = keyWords(key);
  const found = joined([...secretsInText(value, programOfKey(words)), ...secretsOfUsers(words, value)]);
  const isIdentifier = words.some((word) => IDENTIFIER.test(word));
  return isIdentifier ? found.filter(({ why }) => why !== "long random text") : found;
}

/** `CURL_ARGS` are arguments of curl. */
function programOfKey(words: readonly string[]): string | undefined {
  return /^(args|arguments|opts|options|flags)$/.test(words.at(-1) ?? "") ? words[0] : undefined;
}

/** Names with their passwords, in a variable that says so by its last word. */
function secretsOfUsers(words: readonly string[], value: string): SecretSpan[] {
  const last = words.at(-1) ?? "";
  if (!/^(user|login|account)s?$/.test(last)) return [];
  const alone = last.endsWith("s") ? [] : secretOfUser(value);
  return alone.length > 0 ? alone : [...value.matchAll(ACCOUNT)].flatMap(secretOfAccount);
}

/** `ETCD_USER=root:hunter2`: a name and what is no word behind it, and not a group (`www-data:www-data`) or an id. */
function secretOfUser(value: string): SecretSpan[] {
  const password = /^[A-Za-z][\w.@-]*:([^\s:/]{4,})$/.exec(value)?.[1];
  if (password === undefined || isWordOrId(password)) return [];
  return [{ start: value.length - password.length, end: value.length, why: "its name" }];
}

/** One of a list: the name, what separates it from the password, and what follows that. */
const ACCOUNT = /(?<![^\s,])([A-Za-z][\w.@-]*)([:|;])([^\s:|;/]{4,}?)(?=[\s,]|$|\2)(\2[^\s,]*)?(?=[\s,]|$)/g;

/**
 * `SFTP_USERS=bob:hunter2:1001`, `USERS=scan|hunter2|/scans`. A word is a password where an id or a directory follows it,
 * as that makes it an account; else it may be a group or a role.
 */
function secretOfAccount(
  { index, 0: whole, 1: name, 3: password = "", 4: rest = "" }: RegExpExecArray,
): SecretSpan[] {
  const isAccount = /[A-Za-z]/.test(password) && /^.(e:)?[\d/]/.test(rest);
  if (password === name || isWordOrId(password) && !isAccount) return [];
  const end = index + whole.length - rest.length;
  return [{ start: end - password.length, end, why: "its name" }];
}

function isWordOrId(text: string): boolean {
  return !/[A-Za-z]/.test(text) || !/[^A-Za-z_-]/.test(text);
}

/** The secrets of each argument of a list: by its neighbours, and by what it holds itself. */
export function secretsInList(list: readonly string[], program?: string): readonly (readonly SecretSpan[])[] {
  const byNeighbours = secretsInArguments(list.map((value) => ({ value })), program);
  return list.map((value, index) => joined([...byNeighbours[index] ?? [], ...secretsInText(value)]));
}

/** A text as a shell would take it: only where there is something that an argument could say. */
function secretsInCommand(text: string, program?: string): SecretSpan[] {
  if (!/[\s"']/.test(text) && program === undefined) {
    return (secretsInArguments([{ value: text }])[0] ?? []).map((span) => withoutQuote(text, span));
  }
  const words = shellWords(text).map((word) => ({ ...word, value: withoutClosing(word.value) }));
  return secretsInArguments(words, program).flatMap((spans, index) => {
    const places = words[index]?.places ?? [];
    return spans.map(({ start, end, why }) =>
      withoutQuote(text, { start: places[start] ?? 0, end: (places[end - 1] ?? 0) + 1, why })
    );
  });
}

/** A quote that does not end in this text is not part of the value. */
function withoutQuote(text: string, span: SecretSpan): SecretSpan {
  return /["']/.test(text[span.start] ?? "") && span.end - span.start > 1
    ? { ...span, start: span.start + 1 }
    : span;
}

/** What closes a list or an object around a word is not part of it. */
function withoutClosing(word: string): string {
  if (/[([{]/.test(word.replace(/\$\{[^{}]*\}/g, ""))) return word;
  const shorter = withoutEnd(word, ")]},");
  return shorter.lastIndexOf("${") > shorter.lastIndexOf("}") ? `${shorter}}` : shorter;
}
