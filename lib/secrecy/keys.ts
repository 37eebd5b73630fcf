/** Whether a key (of a variable, a setting, a flag, a label, a header), by its words, names a secret. */

/** Wherever they stand among the words of a key. */
// deno-fmt-ignore
const SECRET_WORDS = new Set([
  "apikey", "apikeys", "authkey", "authtoken", "bearer", "cred", "credential", "credentials", "creds", "encryptionkey",
  "hmac", "hmacencoded", "htpasswd", "masterauth", "masterkey", "mnemonic", "otp", "passcode", "passkey", "passphrase", "passwd",
  "passwort", "password", "passwords", "pepper", "pgpass", "privatekey", "privkey", "psk", "pw", "pwd", "requirepass", "skey",
  "salt", "secret", "secretkey", "secrets", "token", "tokens", "totp",
]);

/** Ends of words that were written together: `DBPASS`, `rootpw`, `accesstoken`; and words that end so by chance. */
const SECRET_END =
  /(password|passwd|passphrase|passcode|secrets?|apikey|secretkey|privatekey|accesskey|authkey|authtoken|accesstoken|apitoken|usertoken|bottoken|credentials?|creds|pwd|passwordsalt)$/;
const PASS_END =
  /^(?!by|com|en?com|tres|sur|over|under|im|hour|low|high|band|all|multi|single)[a-z0-9]+pass$/;
const PW_END =
  /^(root|bind|admin|user|db|my|pg|sql|mail|smtp|imap|ftp|ldap|web|sa|master|login|mysql|mongo|redis)pw$/;

/** Last words that make of it a setting about a secret, or a name for one. */
// deno-fmt-ignore
const SETTING_WORDS = new Set([
  "age", "alg", "algo", "algorithm", "algorithms", "alias", "allowed", "attempts", "attr", "attribute", "audience",
  "backend", "bits", "bytes", "cert", "certificate", "charset", "check", "claim", "claims", "class", "cmd", "column",
  "command", "complexity", "cost", "count", "days", "delay", "digits", "dir", "directory", "disable", "disabled", "domain",
  "domains", "duration", "email", "enable", "enabled", "encoding", "encryption", "endpoint", "engine", "env", "exchange", "expiration",
  "expire", "expires", "expiry", "fd", "field", "fields", "file", "filename", "files", "folder", "format", "generator",
  "grace", "group", "header", "headers", "help", "helper", "hint", "history", "host", "hosts", "hours", "httponly", "id", "ids",
  "interval", "issuer", "iterations", "label", "leeway", "len", "length", "lifespan", "lifetime", "limit", "link",
  "location", "manager", "max", "maxage", "method", "methods", "min", "minutes", "mode", "name", "names",
  "number", "options", "param", "parameter", "path", "paths", "pattern", "placeholder", "policy", "port", "prefix",
  "prompt", "provider", "query", "realm", "ref", "regex", "regexp", "region", "required", "requirements", "reset",
  "retries", "rotate", "rotation", "rounds", "rule", "rules", "samesite", "scheme", "scope", "scopes", "seconds", "secure",
  "selector", "server", "service", "size", "source", "spec", "stdin", "storage", "store", "strategy", "strength",
  "subject", "suffix", "support", "table", "target", "template", "text", "threshold", "timeout", "title", "ttl", "type",
  "types", "uri", "url", "urls", "usage", "use", "user", "username", "users", "validation", "validator", "validity",
  "variable", "verification", "version", "window",
]);

/** Words before `key` that make of it an identifier or something public. */
// deno-fmt-ignore
const PUBLIC_KEYS = new Set([
  "accepted", "allowed", "authorized", "cache", "dedup", "foreign", "group", "hash", "host", "hot", "idempotency", "index", "join", "known",
  "lookup", "map", "message", "metric", "object", "order", "partition", "primary", "pub", "public", "publishable",
  "registry", "routing", "shard", "shortcut", "sort", "sorting", "translation", "unique",
]);

/** Words behind `key` that leave it what it is. */
const KEY_FORMS =
  /^(base|base64|b64|hex|pem|data|value|material|raw|current|previous|old|new|primary|secondary|seed)$/;
/** Directives of servers that hand something on. */
const HANDING_ON = /^(proxy|fastcgi|uwsgi|scgi|grpc|memcached|first|second|max)$/;
/** What it is that a code opens. */
const CODE_OF = /^(auth|access|pin|invite|pass|secret|api|activation|recovery|setup|pairing)$/;
/** First words of a switch: what follows is a fact about a secret, not one. */
const SWITCH_WORDS =
  /^(allow|allows|ask|disable|disabled|empty|enable|enabled|expose|force|generate|has|hide|ignore|is|min|no|nopass|omit|prompt|random|randomize|remember|require|required|requires|show|skip|validate|verify|without)$/;

/** The words of a key: by separators and capitals. */
export function keyWords(key: string): string[] {
  return key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z]{2,})/g, "$1 $2").toLowerCase()
    .split(/[^a-z0-9]+/).filter((word) => word !== "");
}

/** `traefik.http.routers.NAME.`: the name is the operator's own, and says nothing of what is set. */
const NAMED = /^(traefik\.(?:http|tcp|udp)\.(?:routers|services|middlewares|serverstransports)\.)[^.]+\./i;
/** `BOUNCER_KEY_traefik`: whose it is, behind what it is. */
const WHOSE = /^([A-Z0-9_]+_(?:KEY|TOKEN|SECRET|PASSWORD))_[a-z][a-z0-9-]*$/;

/** `MYSQL_ROOT_PASSWORD`, `apiKey`, `DBPASS` are; `TOKEN_LIFESPAN`, `JWT_PUBLIC_KEY`, `COOKIE_DOMAIN` are not. */
export function isSecretKey(key: string): boolean {
  if (/^(OLD)?PWD$/.test(key) || key.length > 200) return false;
  const all = keyWords(key.replace(NAMED, "$1").replace(WHOSE, "$1"));
  while (/^\d+$/.test(all.at(-1) ?? "")) all.pop();
  const last = all.at(-1)?.replace(/\d+$/, "") ?? "";
  const before = all.at(-2) ?? "";
  if (holdsUsers(all) || isWebhook(all) || last === "claim" && before === "plex") return true;
  if (SETTING_WORDS.has(last) || isSwitch(all)) return false;
  switch (last) {
    case "key":
    case "keys":
      return !PUBLIC_KEYS.has(before) && (!all.includes("public") || all.includes("private"));
    case "pass":
      return !HANDING_ON.test(before);
    case "code":
      return CODE_OF.test(before);
    case "pin":
      return !/^(gpio|led|data|relay|clk|sda|scl)$/.test(before);
    case "community":
      return /^(snmp|ro|rw)$/.test(before);
    case "sig":
    case "signature":
      return all.length === 1;
    case "auth":
    case "authcode":
    case "authorization":
    case "basicauth":
    case "cookie":
    case "dsn":
    case "ident":
      return true;
  }
  return all.some(isSecretWord) || all.includes("key") && KEY_FORMS.test(last);
}

/** Whether a key's value is one where it holds more than a word or an address: `NEO4J_AUTH`, `DSN`, `SLACK_WEBHOOK`. */
export function isLooseKey(key: string): "auth" | "dsn" | "webhook" | undefined {
  const all = keyWords(key);
  const last = all.at(-1) ?? "";
  if (isWebhook(all)) return "webhook";
  return last === "dsn" ? "dsn" : /^(auth|authorization|basicauth)$/.test(last) ? "auth" : undefined;
}

/** Whether one word alone is the name of a secret, written together with others or not. */
function isSecretWord(word: string): boolean {
  const stem = word.replace(/\d+$/, "");
  return SECRET_WORDS.has(stem) || SECRET_END.test(stem) || PASS_END.test(stem) || PW_END.test(stem);
}

/** `HTPASSWD_USERS` and `BASIC_AUTH_USERS` are names with their passwords. */
function holdsUsers(all: readonly string[]): boolean {
  return all.at(-1) === "users" && /^(htpasswd|auth|basicauth|digestauth)$/.test(all.at(-2) ?? "");
}

/** `DISCORD_WEBHOOK`, `SLACK_WEBHOOK_URL`; but `WEBHOOK_URL` alone is where a program takes them. */
function isWebhook(all: readonly string[]): boolean {
  const words = /^(url|uri|urls)$/.test(all.at(-1) ?? "") ? all.slice(0, -1) : all;
  return /^webhooks?$/.test(words.at(-1) ?? "") && words.length > 1 && !isSwitch(words);
}

/** `ALLOW_EMPTY_PASSWORD`, `MYSQL_RANDOM_ROOT_PASSWORD`, `--no-password`. */
function isSwitch(all: readonly string[]): boolean {
  return all.slice(0, -1).some((word, index) =>
    SWITCH_WORDS.test(word) &&
    (index === 0 || /^(allow|disable|empty|enable|no|random|require|without)/.test(word))
  );
}
