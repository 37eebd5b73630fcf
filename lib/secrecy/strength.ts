/**
 * Whether a value alone gives a secret away, wherever it stands. A weak one, such as a word or the name of a service,
 * stands in many places that have nothing to do with it, and is hidden only where it stands as a secret.
 */
import { secretsByForm } from "./forms.ts";
import { isPlainValue } from "./plain.ts";

/** Words that everybody takes for a password. */
const COMMON =
  /^(admin\w{0,8}|root|user|pass|password|passwort|passwd|secret|secretkey|token|change_?-?(me|it|this)\w*|default|localhost|test\w{0,4}|testing|example\w{0,4}|dummy|demo|guest|string|postgres(ql)?|mysql|mariadb|mongo(db)?|redis|rabbitmq|grafana|minio(admin)?|nextcloud|wordpress|keycloak|letmein|welcome|qwert[yz]\w{0,4}|foobar(ed)?|hackme|hello\w{0,5}|master|server|database|production|development|staging|local|public|private|abc|asdf\w*|x+|your[-_ ]?\w*|my[-_]?(password|secret|token)|super[-_]?secret|insecure|secure|none|data|app|web|api|backend|frontend)$/i;
/** How much stands behind a word before it is something of its own. */
const TAIL = 4;

/** @param names in lower case: services, images, users, databases, hosts of the stack */
export function isStrong(value: string, names: ReadonlySet<string> = new Set()): boolean {
  const lower = value.toLowerCase();
  if (value.length < 6 || names.has(lower) || COMMON.test(value) || isPlainValue(value)) return false;
  if (isAddress(value)) return false;
  if (secretsByForm(value).some(({ start, end }) => start === 0 && end === value.length)) return true;
  if (/\s/.test(value)) return value.trim().length >= 12;
  if (/^\d+$/.test(value)) return value.length >= 10;
  if (/^[a-z]+$|^[A-Z]+$|^[A-Z][a-z]+$/.test(value)) return value.length >= 20 || !isPronounceable(lower);
  const stem = lower.replace(/^[^a-z]+|[^a-z]+$/g, "");
  const isNamed = names.has(stem) || COMMON.test(stem);
  if (isNamed && value.length - stem.length < TAIL) return false;
  // Words with lines between them are names of all kinds until they are many.
  if (/^[a-z]+([-_.][a-z]+)+$/i.test(value)) return value.length >= 12;
  return classes(value) >= 2 && (/[^A-Za-z]/.test(value) || value.length >= 12);
}

/** Hosts, addresses, mail addresses, versions. */
function isAddress(value: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?$/.test(value) ||
    /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(value) ||
    /^v?\d+(\.\d+)+(:\d+)?([-+][\w.]+)?$/.test(value) || /^[a-z][a-z0-9-]*:\d{1,5}$/.test(value);
}

function classes(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((each) => each.test(value)).length;
}

/** Vowels where words have them: chance rarely gives that. */
function isPronounceable(word: string): boolean {
  const vowels = word.replace(/[^aeiouy]/g, "").length / word.length;
  return vowels >= 0.2 && vowels <= 0.7 && !/[^aeiouy]{5,}/.test(word);
}
