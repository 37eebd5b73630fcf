/** Lines of formats of their own: passwords of redis' users, `.pgpass`, `.netrc`, haproxy, postfix, Erlang, PHP. */
import { isSecretKey } from "./keys.ts";
import { namesSecret } from "./names.ts";
import { isReference } from "./plain.ts";
import type { SecretSpan } from "./span.ts";

/** A pattern whose last group is the secret. */
// deno-fmt-ignore
const PATTERNS: readonly RegExp[] = [
  // redis: user default on >password ~* +@all
  /(?:^|\s)(?:user|setuser)\s+\S+.*?\s[>#]([^\s>~&+]+)/gi,
  // .netrc, haproxy: login x password y; user x insecure-password y
  /\b(?:machine|login|user|account)\s+\S+(?:\s+\S+){0,6}?\s+(?:(?:insecure-)?password|passwd)\s+([^\s;"']+)\s*$/g,
  // haproxy: stats auth name:password
  /\bstats\s+auth\s+[^\s:]+:(\S+)/g,
  // .pgpass: host:port:database:user:password
  /^[\w.*-]+:(?:\d+|\*):[\w.*-]+:[\w.*-]+:(\S+)\s*$/g,
  // postfix: [host]:587 user:password
  /^(?:\[[\w.-]+\]|[\w-]+\.[\w.-]+)(?::\d+)?\s+[^\s:]+:(?!\/\/)(\S+)\s*$/g,
  // Erlang: {default_pass, <<"x">>}
  /\{\s*["']?(?:\w*(?:pass|password|secret|token|cookie))["']?\s*,\s*(?:<<)?["']([^"']*)["']/g,
  // unrealircd, anope: oper passwords
  /\bproxy_set_header\s+(?:Authorization|X-[\w-]*(?:Token|Key|Secret))\s+["']?(?:(?:Basic|Bearer|Token)\s+)?([^"';\s]+)/gi,
  // systemd, wpa_supplicant, wireguard
  /^\s*(?:PrivateKey|PresharedKey)\s*=\s*(\S+)/g,
  // snmpd: rocommunity x, createUser name SHA x AES y
  /^\s*r[ow]community6?\s+(\S+)/g,
  /^\s*createUser\s+\S+\s+\w+\s+["']?([^\s"']+)/g,
  // mosquitto, squid and others: name:password behind a keyword
  /\b(?:userpw|user_password|auth_user)\s*[=:]?\s*["']?[^\s:"']+:([^\s"']+)/g,
  // nginx: set $token "x"; and PHP's define('DB_PASSWORD', 'x') and $conf['password'] = 'x' have pairs of their own
  /\bset\s+\$\w*(?:pass|password|secret|token|key)\w*\s+["']?([^"';\s]+)/gi,
];

/** `define('DB_PASSWORD', 'x')`, `setenv("TOKEN", "x")`, `config.set('api_key', 'x')`. */
const CALL = /\(\s*["']([A-Za-z_][\w.-]{1,80})["']\s*,\s*(["'])((?:\\.|(?!\2).)*)\2/g;
/** `$cfg['Servers'][$i]['password'] = 'x'`. */
const INDEXED = /\[["']([A-Za-z_][\w.-]{1,80})["']\]\s*(?:=>?|:)\s*(["'])((?:\\.|(?!\2).)*)\2/g;

/** What such a line holds. */
export function secretsInSpecialLine(line: string): SecretSpan[] {
  if (line.length > 2000) return [];
  const spans: SecretSpan[] = [];
  for (const pattern of PATTERNS) {
    for (const match of line.matchAll(pattern)) {
      const value = match.at(-1) ?? "";
      if (value === "" || isReference(value) || /^[=:]/.test(value)) continue;
      const start = match.index + match[0].lastIndexOf(value);
      spans.push({ start, end: start + value.length, why: "its position" });
    }
  }
  for (const pattern of [CALL, INDEXED]) {
    for (const match of line.matchAll(pattern)) {
      const [whole, key = "", , value = ""] = match;
      if (!isSecretKey(key) || !namesSecret(key, value)) continue;
      const end = match.index + whole.length - 1;
      spans.push({ start: end - value.length, end, why: `"${key}"` });
    }
  }
  return spans;
}
