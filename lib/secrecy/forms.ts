/** Secrets that show by their form alone: keys, hashes, tokens of known makers, long random text. */
import type { SecretSpan } from "./span.ts";

/** A pattern, what it finds, and the group that is the secret where that is not all of it. */
type Form = readonly [pattern: RegExp, why: string, group?: number];

// deno-fmt-ignore
const FORMS: readonly Form[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)/g, "a private key"],
  [/PuTTY-User-Key-File-\d[\s\S]*$/g, "a private key"],
  [/\${1,2}(?:2[abxy]?|apr1|1|5|6|7|y|gy|argon2\w*|scrypt|pbkdf2[\w-]*|bcrypt-sha256|sha1|P|H)\${1,2}(?:[^\s"',:;|]|,(?=[a-z]=)){8,}/g, "a password hash"],
  [/\{(?:S?SHA|S?SHA256|S?SHA512|CRYPT|S?MD5|PBKDF2[\w-]*|ARGON2\w*|BLF-CRYPT|SHA512-CRYPT|SHA256-CRYPT)\}[^\s"',]{8,}/gi, "a password hash"],
  [/\b(?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|argon2|scrypt)\$[^\s"',]{16,}/g, "a password hash"],
  [/\b(?:scrypt:\d+:\d+:\d+|pbkdf2:sha\d+(?::\d+)?|sha256|sha512)\$[^\s"',]{8,200}\$[0-9a-f]{32,}/g, "a password hash"],
  [/\bSCRAM-SHA-(?:1|256|512)\$[^\s"',]{16,}/g, "a password hash"],
  [/(?<![\w])md5[0-9a-f]{32}\b/g, "a password hash"],
  [/(?<![\w*])\*[0-9A-F]{40}\b/g, "a password hash"],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, "a signed token"],
  [/\b(?:gh[pousr]_\w{20,}|github_pat_\w{22,}|gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[\w-]{16,}|ATATT3[\w=-]{20,}|ATCTT3[\w=-]{20,}|ATBB\w{20,}|dckr_pat_[\w-]{20,}|dckr_oat_[\w-]{20,}|npm_\w{30,}|pypi-[\w-]{40,}|rubygems_[0-9a-f]{40,})/g, "an access token"],
  [/\b(?:xox[abeprs]-[\w-]{10,}|xapp-\d-[\w-]{10,}|(?:sk|rk|pk)_live_\w{10,}|(?:sk|rk)_test_\w{10,}|whsec_[\w+/=]{20,}|sq0(?:atp|csp|idp)-[\w-]{20,}|shp(?:at|ss|ca|pa)_[0-9a-f]{32}|access_token\$production\$\w{16}\$[0-9a-f]{32})/g, "an access token"],
  [/\b(?:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}|AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|1\/\/0[\w-]{30,})/g, "an access token"],
  [/\b(?:hf_[A-Za-z0-9]{20,}|api_org_[A-Za-z0-9]{20,}|sk-(?:ant-|proj-|or-v1-|svcacct-|admin-)?[\w-]{20,}|gsk_\w{20,}|xai-\w{20,}|r8_\w{20,}|pplx-\w{20,}|nvapi-[\w-]{20,}|tgp_v1_[\w-]{20,})/g, "an access token"],
  [/\b(?:SG\.[\w-]{8,}\.[\w-]{8,}|key-[0-9a-f]{32}|xkeysib-[0-9a-f]{32,}[\w-]*|xsmtpsib-[0-9a-f]{32,}[\w-]*|re_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}|md-[\w-]{22}|[0-9a-f]{32}-us\d{1,2}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|SK[0-9a-f]{32})\b/g, "an access token"],
  [/\b(?:AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{20,}|hv[sbr]\.[\w-]{20,}|SWMTKN-1-\w{20,}-\w{20,}|K10[0-9a-f]{20,}::\w+:\w+|tskey-[\w-]{10,}|nk[gse]_\w+|dop_v1_[0-9a-f]{40,}|do[or]_v1_[0-9a-f]{40,}|glsa_\w{20,}|glc_[\w+/=]{20,}|lin_api_\w{20,}|secret_[A-Za-z0-9]{40,}|ntn_\w{20,}|figd_[\w-]{20,}|pat-(?:na|eu)\d-[\w-]{20,}|claim-[\w-]{20}|cfut_\w{20,}|v1\.0-[0-9a-f]{20,}-[0-9a-f]{20,}|pscale_(?:tkn|pw|oauth)_[\w-]{20,}|sbp_[0-9a-f]{20,}|sb_secret_\w{20,}|sntry[su]_[\w+/=.-]{20,}|phc_\w{20,}|phx_\w{20,}|PRIVATE-[A-Z0-9]{20,}|bkua_\w{20,}|CCIPAT_\w{20,}|fio-u-[\w-]{20,}|ops_eyJ[\w-]{20,}|AP[A-Za-z0-9]{20,}(?=\.atlasv1\.)|[\w]{14}\.atlasv1\.[\w-]{40,})/g, "an access token"],
  [/(?<![\w.-])[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,}/g, "an access token"],
  [/(?<![\w:])\d{8,10}:AA[\w-]{32,34}(?![\w-])/g, "an access token"],
  [/\bEAA[A-Za-z0-9]{30,}/g, "an access token"],
  [/https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/(\d+\/[\w-]{6,})/g, "a webhook with its token", 1],
  [/https:\/\/hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/([\w/-]{8,})/g, "a webhook with its token", 1],
  [/https:\/\/[\w.-]+\.(?:webhook\.office\.com|logic\.azure\.com)[:\d]*\/([^\s"']{8,})/g, "a webhook with its token", 1],
  [/https:\/\/(?:hc-ping\.com|hooks\.zapier\.com\/hooks\/catch|maker\.ifttt\.com\/trigger\/\w+\/(?:json\/)?with\/key|api\.telegram\.org\/bot|chat\.googleapis\.com\/v1\/spaces)\/?([\w:/?=&.-]{8,})/g, "a webhook with its token", 1],
];

/** Long random text without a separator of words or paths. */
const CANDIDATE =
  /(?<![\w/+.@%-])(?<!(?:sha\d{1,3}|md5|sha1)[:-])(?:[A-Za-z0-9_-]{20,}|[A-Za-z0-9+/]{20,}(?==))={0,2}(?![\w/+.-])/g;

/** Every secret in a text that shows by its form. */
export function secretsByForm(text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const [pattern, why, group] of FORMS) {
    for (const match of text.matchAll(pattern)) {
      const whole = match[0];
      const part = group === undefined ? whole : match[group] ?? whole;
      const start = match.index + (group === undefined ? 0 : whole.lastIndexOf(part));
      spans.push({ start, end: start + part.length, why });
    }
  }
  for (const { 0: found, index } of text.matchAll(CANDIDATE)) {
    if (isRandom(found)) spans.push({ start: index, end: index + found.length, why: "long random text" });
  }
  return spans;
}

/** Digits and letters mixed, with nearly as many bits per character as chance gives. */
export function isRandom(text: string): boolean {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return false;
  const plain = text.replace(/=+$/, "");
  if (!/[0-9]/.test(plain) || !/[A-Za-z]/.test(plain)) return false;
  if (/^[0-9a-f]+$/i.test(plain)) return plain.length >= 24 && entropy(plain) > 3;
  const mixed = /[a-z]/.test(plain) && /[A-Z]/.test(plain);
  return plain.length >= 24 && mixed && !/^(ABC|abc|012)/.test(plain) && entropy(plain) > 3.9 &&
    !isWords(plain);
}

/** Words written together, `MySecureDatabasePassword1`, or with lines between: few changes of kind for its length. */
function isWords(text: string): boolean {
  const parts = text.split(/[_-]|(?<=[a-z])(?=[A-Z])/).filter((part) => part !== "");
  return parts.every((part) => /^([A-Z]?[a-z]+|[A-Z]+|v?\d{1,4}|[A-Za-z][a-z]{2,}\d{1,3})$/.test(part)) &&
    text.length / parts.length >= 4;
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
