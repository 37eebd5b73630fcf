/** Secrets inside URLs and data source names: the password of a user, a token of a query. */
import { isRandom } from "./forms.ts";
import { isSecretKey } from "./keys.ts";
import { isPlainValue, isReference } from "./plain.ts";
import type { SecretSpan } from "./span.ts";

const URL_START =
  /(?<![\w+.-])(?:jdbc:|r2dbc:)?[a-z][a-z0-9+.-]{0,30}:\/\/|(?<![\w:/])\/\/(?=[^\s/:@"'<>]*:[^\s/@"'<>]+@)/gi;
/** `user:password@tcp(host)`, `user:password@(host)`, `user:password@unix(path)`. */
const DSN = /(?<![\w.%-])([\w.%-]{1,64}):(?!\/\/)([^\s"'=]{1,200}?)@(?:tcp|udp|unix|tcp6)?\(/g;
/** `user/password@//host:1521/service` of Oracle. */
const ORACLE =
  /(?<![\w./-])(?:jdbc:oracle:\w+:)?[\w$#]{1,64}\/([^\s"'@/]{1,200})@(?:\/\/|[\w.-]{1,200}:\d|\()/gi;
/** `user@host:password`, as rsync and mail programs never have it, is left out: nobody could tell it from a path. */
const QUERY = /[?&]([\w.[\]%-]{1,60})=([^&\s"'#<>;`\\]+)/g;
/** Names of query parameters that open something, beside those that name a secret by their words. */
const QUERY_NAME = /^(sig|signature|code|auth|access_token|x-amz-signature|x-amz-security-token)$/i;

/**
 * URLs that say where a message goes (shoutrrr, apprise): the user, or where there is none the path, or the one word
 * that stands in place of a host, is what lets one in.
 */
const NOTIFICATION =
  /(?<![\w+.-])(?:bark|dingtalk|discord|googlechat|gotifys?|ifttt|join|lark|line|mattermost|mmosts?|msteams|opsgenie|pover|prowl|pushbullet|pushover|pushy|rocketchat|rockets?|ryver|sgrid|sendgrid|slack|sns|teams|telegram|tgram|twilio|twist|wxteams|zulip):\/\/([^\s"'<>?#]+)/gi;

/** The spans of all passwords and tokens in the URLs of a text. */
export function secretsInUrls(text: string): SecretSpan[] {
  const spans = [...text.matchAll(NOTIFICATION)].flatMap(notification);
  for (const match of text.matchAll(URL_START)) {
    const span = userInfo(text, match.index + match[0].length);
    if (span !== undefined) spans.push(span);
  }
  for (const [pattern, group] of [[DSN, 2], [ORACLE, 1]] as const) {
    for (const match of text.matchAll(pattern)) {
      const password = match[group] ?? "";
      if (isReference(password) || password === "") continue;
      const start = match.index + match[0].lastIndexOf(`${password}@`);
      spans.push({ start, end: start + password.length, why: "a password inside a URL" });
    }
  }
  for (const { 0: whole, 1: name = "", 2: value = "", index } of text.matchAll(QUERY)) {
    const isSecret = QUERY_NAME.test(name) && (name.toLowerCase() !== "code" || value.length > 15) ||
      isSecretKey(name);
    if (!isSecret || isPlainValue(value)) continue;
    const end = index + whole.length;
    spans.push({ start: end - value.length, end, why: `a secret inside a URL` });
  }
  return spans;
}

function notification({ 0: whole, 1: rest = "", index }: RegExpMatchArray): SecretSpan[] {
  const start = (index ?? 0) + whole.length - rest.length;
  const at = rest.lastIndexOf("@");
  const slash = rest.search(/\/+(?=[^/])/);
  const isHost = /^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)|^[\w-]+:\d+(\/|$)|^localhost\b/.test(rest);
  const from = at > 0 || !isHost ? 0 : slash + 1;
  const secret = rest.slice(from, at > 0 ? at : rest.length);
  if (secret === "" || isHost && at < 0 && slash < 0 || isReference(secret)) return [];
  return [{ start: start + from, end: start + from + secret.length, why: "where a message goes" }];
}

/** The password between `://user:` and `@host`; one alone before the `@` where it looks like a token. */
function userInfo(text: string, start: number): SecretSpan | undefined {
  const rest = text.slice(start, start + 2000);
  const word = rest.slice(0, endOf(rest, /[\s"'`<>\\]/));
  const authority = word.slice(0, endOf(word, /[/?#]/));
  let end = authority.lastIndexOf("@");
  if (end < 0 && /^[^:/?#]*:(?!\d*([/?#]|$))/.test(word) && !/^\[/.test(word)) {
    // A password with a slash or a question mark that nobody escaped.
    const far = /^[^:/?#]*:[^@\s]+@[\w.-]+/.exec(word)?.[0];
    end = far === undefined ? -1 : far.lastIndexOf("@");
  }
  if (end < 0) return undefined;
  const user = word.slice(0, end);
  const colon = user.indexOf(":");
  const password = user.slice(colon + 1);
  if (isReference(password) || password === "") return undefined;
  if (colon < 0 && !isRandom(user)) return undefined;
  const from = start + (colon < 0 ? 0 : colon + 1);
  return { start: from, end: start + end, why: "a password inside a URL" };
}

function endOf(text: string, stop: RegExp): number {
  const at = text.search(stop);
  return at < 0 ? text.length : at;
}

/** The password inside a URL or a data source name, if there is one. */
export function urlPassword(text: string): string | undefined {
  const span = secretsInUrls(text).find(({ why }) => why === "a password inside a URL");
  return span === undefined ? undefined : text.slice(span.start, span.end);
}
