/** Whether a value, by its own look, is or holds a secret. Reasons are words for a reader, never the value. */

/** `scheme://user:password@host`, `user:password@tcp(host)`, `user:password@(host)`. */
const URL_PASSWORD = /\/\/[^\s/:@"']*:([^\s/@"']+)@[^\s]/;
const DSN_PASSWORD = /(?:^|[\s"'=:/])[\w.-]+:([^\s:@/"']+)@(?:tcp|udp|unix)?\(/;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;
const HASH =
  /\$(2[abxy]?|apr1|1|5|6|y|argon2\w*|scrypt|pbkdf2[\w-]*)\$[^\s]{8,}|\{(SHA|SSHA|SHA256|SHA512|CRYPT)\}\S{8,}/;
const WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/;
const VENDOR_TOKEN =
  /\b(gh[pousr]_\w{20,}|glpat-[\w-]{16,}|xox[abpr]-[\w-]{10,}|sk_live_\w{10,}|AKIA[A-Z0-9]{16})\b/;
/** Long random text without a separator of words or paths. */
const CANDIDATE = /(?<![\w/+.=-])(?:[A-Za-z0-9+_-]{24,}|[A-Za-z0-9+/]{24,}(?==))={0,2}(?![\w/+.-])/g;

/** Why a value is a secret, or nothing. */
export function secretLook(value: string): string | undefined {
  if (PRIVATE_KEY.test(value)) return "a private key";
  if (urlPassword(value) !== undefined) return "a password inside a URL";
  if (HASH.test(value)) return "a password hash";
  if (WEB_TOKEN.test(value)) return "a signed token";
  if (VENDOR_TOKEN.test(value)) return "an access token";
  for (const [candidate] of value.matchAll(CANDIDATE)) {
    if (isRandom(candidate)) return "long random text";
  }
  return undefined;
}

/** The password inside a URL or a data source name, if there is one. */
export function urlPassword(value: string): string | undefined {
  const password = URL_PASSWORD.exec(value)?.[1] ?? DSN_PASSWORD.exec(value)?.[1];
  return password === undefined || /^\$[{(]|^%s$|^<.*>$/.test(password) ? undefined : password;
}

/** Digits and letters mixed, with nearly as many bits per character as chance gives. */
function isRandom(text: string): boolean {
  if (/^[0-9a-f-]{36}$/i.test(text)) return false;
  const hexadecimal = /^[0-9a-f]+$/i.test(text);
  if (!/[0-9]/.test(text) || !/[A-Za-z]/.test(text)) return false;
  if (hexadecimal) return text.length >= 32 && entropy(text) > 3;
  const mixed = /[a-z]/.test(text) && /[A-Z]/.test(text);
  return mixed && !/^(ABC|abc|012)/.test(text) && entropy(text) > 3.9;
}

/** Shannon's entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length;
    return bits - share * Math.log2(share);
  }, 0);
}
