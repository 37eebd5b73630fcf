/** Whether a name says of its value that it is a secret. */
import { isLooseKey, isSecretKey } from "./keys.ts";
import { isPlainValue, ownPart } from "./plain.ts";
import { secretsInUrls } from "./urls.ts";

/** Ways to log in, by their usual names. */
const WAY =
  /^(basic|digest|bearer|token|password|trust|reject|md5|scram-sha-(1|256|512)|ldap|oauth2?|oidc|openid|plain|login|cram[-_]md5|ntlm|forward|simple|jwt|local|db|database|saml|cas|required?|optional|proxy|headers?|remote_user|x509|cert|mtls|pam|peer|ident|internal|external|session|sessions|cookie|anonymous|builtin|native|form|github|google|gitlab|keycloak|authelia|authentik|xoauth2?|web|api)$/i;

/** Whether a variable, setting or label of this name and value is a secret, by the name. */
export function namesSecret(key: string, value: string): boolean {
  if (!isSecretKey(key) || isPlainValue(value)) return false;
  const trimmed = ownPart(value.trim());
  switch (isLooseKey(key)) {
    case "auth":
      return !WAY.test(trimmed) && !/^https?:\/\/[^@]*$/.test(trimmed) && !/^\d{1,5}$/.test(trimmed);
    case "dsn":
      // Of a URL only its password is, which is found as such.
      return secretsInUrls(trimmed).length === 0 && !/^([\w-]{1,20}|[a-z][\w+-]*:[^@]*)$/i.test(trimmed) ||
        /(password|pwd)\s*=|token/i.test(trimmed);
    case "webhook":
      return !/^(https?:\/\/)?[\w.-]+(:\d+)?\/?$/.test(trimmed);
    default:
      return !isFact(key, trimmed);
  }
}

/** A number of days or bytes under a name that only resembles a secret's; passwords are numbers as well. */
function isFact(key: string, value: string): boolean {
  if (/pass|pw|pin|code|secret|psk|otp|api_?-?\.?key|token$/i.test(key)) return false;
  return /^\d{1,6}(ms|s|m|h|d|[kmg]i?b?)?$/i.test(value);
}
