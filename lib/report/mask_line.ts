/** Hides what may be secret in a line of input that is shown beside a message. */

const SECRET_NAME = /pass|secret|token|key|credential|auth|dsn|hmac|salt|cookie|private/i;
/** `KEY=value` or `KEY: value`, also as an item of a list and in quotes. */
const ASSIGNMENT = /^(\s*(?:-\s+)?["']?(?:export\s+)?)([A-Za-z_][A-Za-z0-9_.-]*)(\s*[=:]\s*)(\S.*)$/;
/** The password in `scheme://user:password@host`. */
const URL_PASSWORD = /(\/\/[^/\s:@]*:)([^@\s]+)(@)/g;
/** A crypt hash, as Traefik's basicAuth takes it. */
const CRYPT_HASH = /\$(?:2[abxy]?|apr1|1|5|6)\$[^\s"',]+/g;

/**
 * The line with values of the same width of asterisks, so that a caret below it still points to its column.
 * In an env file every value is hidden: nobody knows which one opens something.
 */
export function maskLine(line: string, file: string): string {
  const isEnvFile = /(^|\/)\.?[^/]*\.?env(\.[^/]*)?$/.test(file);
  const assigned = line.replace(
    ASSIGNMENT,
    (whole, before: string, name: string, sign: string, value: string) => {
      if (/^\$\{[^}]*\}$/.test(value)) return whole;
      return isEnvFile || SECRET_NAME.test(name) ? `${before}${name}${sign}${hide(value)}` : whole;
    },
  );
  return assigned
    .replace(
      URL_PASSWORD,
      (_whole, before: string, password: string, after: string) => `${before}${hide(password)}${after}`,
    )
    .replace(CRYPT_HASH, hide);
}

function hide(text: string): string {
  return "*".repeat(text.length);
}
