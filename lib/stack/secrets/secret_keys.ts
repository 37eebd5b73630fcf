/** Whether a key, by its words alone, names a secret. Unsure is yes. */
import { words } from "../network/host_mentions.ts";

// deno-fmt-ignore
const SECRET_WORDS = new Set([
  "apikey", "apikeys", "cookie", "credential", "credentials", "dsn", "hmac", "htpasswd", "ident", "key", "keys",
  "pass", "passphrase", "passwd", "password", "passwords", "pepper", "private", "pw", "pwd", "salt", "secret",
  "secrets", "token", "tokens",
]);

/** Last words that make of it a setting about a secret. */
// deno-fmt-ignore
const SETTING_WORDS = new Set([
  "alg", "algorithm", "algorithms", "attempts", "audience", "charset", "count", "days", "dir", "directory", "disabled",
  "enabled", "encoding", "expiration", "expiry", "file", "format", "header", "host", "hours", "interval", "issuer",
  "length", "lifespan", "lifetime", "max", "method", "min", "minutes", "mode", "path", "policy", "port", "prefix",
  "realm", "required", "scope", "seconds", "size", "subject", "threshold", "timeout", "ttl", "type", "uri", "url",
  "validity", "version",
]);

/** Words before `key` that make of it an identifier or something public. */
const PUBLIC_KEYS = new Set([
  "cache",
  "foreign",
  "partition",
  "primary",
  "public",
  "routing",
  "sort",
  "order",
]);

/** `MYSQL_ROOT_PASSWORD` and `apiKey` are; `TOKEN_LIFESPAN`, `JWT_PUBLIC_KEY` and `X_ROUTING_KEY` are not. */
export function isSecretKey(key: string): boolean {
  if (key === "PWD" || key === "OLDPWD") return false;
  const all = words(key);
  const last = all.at(-1) ?? "";
  if (SETTING_WORDS.has(last)) return false;
  if (/^keys?$/.test(last)) return !PUBLIC_KEYS.has(all.at(-2) ?? "");
  return all.some((word) => SECRET_WORDS.has(word) || /(password|passwd|secret|apikey)$/.test(word));
}
