/** Hides what may be secret in a line of input that is shown beside a message. */

const SECRET = String
  .raw`[\w.-]*(?:pass|pwd|_pw\b|secret|token|key|credential|auth|dsn|hmac|salt|cookie|private)[\w.-]*`;
const VALUE = String.raw`"[^"]*"?|'[^']*'?|[^\s,}\]]\S*`;
/** `KEY: value`, `KEY=value`, quoted or not, anywhere in the line; but not compose's own section `secrets:`. */
const PAIR = new RegExp(
  String.raw`((?!["']?secrets["']?\s*:)["']?\b${SECRET}["']?\s*[:=]\s*)(${VALUE})`,
  "gi",
);
/** `--token value`, `-password=value`. */
const FLAG = new RegExp(String.raw`(--?${SECRET}(?:=|\s+))(${VALUE})`, "gi");
/** In an env file: everything after the name. */
const ENV_ASSIGNMENT = /^(\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*[=:]\s*)(\S.*)$/;
/** The password in `scheme://user:password@host` and in `user:password@tcp(host)`. */
const URL_PASSWORD = /(\/\/[^/\s:@]*:)(\S+)(?=@)/g;
const DSN_PASSWORD = /(\b[\w.-]+:)(\S+)(?=@(?:tcp|unix)?\()/g;
/** A crypt hash or an unsalted one, as Traefik's basicAuth takes them. */
const HASH = /\$(?:2[abxy]?|apr1|1|5|6)\$[^\s"',]+|\{SHA\}[^\s"',]+/g;

/**
 * The line with values of the same width of asterisks, so that a caret below it still points to its column.
 * In an env file every value is hidden: nobody knows which one opens something.
 */
export function maskLine(line: string, file: string): string {
  const isEnvFile = /(^|\/)\.?[^/]*\.?env(\.[^/]*)?$/.test(file);
  const known = isEnvFile ? line.replace(ENV_ASSIGNMENT, hideSecond) : line;
  return known
    .replace(PAIR, hideSecond)
    .replace(FLAG, hideSecond)
    .replace(URL_PASSWORD, hideSecond)
    .replace(DSN_PASSWORD, hideSecond)
    .replace(HASH, hide);
}

/** What is only named, as `${DB_PASSWORD}`, gives nothing away. */
function hideSecond(_whole: string, before: string, value: string): string {
  return /^["']?\$\{\w+\}["']?$/.test(value) ? `${before}${value}` : `${before}${hide(value)}`;
}

function hide(text: string): string {
  return "*".repeat(text.length);
}
