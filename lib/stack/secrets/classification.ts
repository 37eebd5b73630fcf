/** Decides for every variable, file and argument whether it belongs into a Secret, and remembers why. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { BindSources } from "../../../compose/bind_source.ts";
import type { Project } from "../../../compose/project.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { relativePath } from "../relative_path.ts";
import { servicesByDnsName } from "../network/dns_names.ts";
import { textLines } from "../network/text_lines.ts";
import { textFiles } from "../network/references.ts";
import { isSecretKey } from "./secret_keys.ts";
import { secretLook, urlPassword } from "./secret_values.ts";

/** Something that is kept in a Secret, for the report of them all. */
export interface SecretNote {
  /** `faf-db.MYSQL_ROOT_PASSWORD` or a path relative to the project. */
  readonly what: string;
  readonly why: string;
  readonly span?: Span;
}

/** The rules over one project. Reasons are words; `undefined` means that it may be read by anybody. */
export interface Secrets {
  ofVariable(service: string, key: string, value: string): string | undefined;
  ofFile(path: string, content: Uint8Array): string | undefined;
  /** Of text without a key: an argument, a label, an annotation. */
  ofText(text: string): string | undefined;
}

/** Passwords that are also everyday words; they do not make a secret of a text in which they occur. */
const COMMON =
  /^(true|false|yes|no|none|null|admin|root|user|pass|password|secret|token|change_?me|default|localhost|test|example|postgres|mysql|mariadb|mongo|redis|rabbitmq|guest|string|\d{1,7})$/i;
const SECRET_FILE =
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|gpg|ppk|htpasswd)$|(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.?htpasswd|acme\.json|\.my\.cnf|\.pgpass|\.netrc|\.env|\.erlang\.cookie|credentials)$/i;
const PUBLIC_FILE = /(^|[/._-])(pub|public)[._-]/i;
const PAIR = /^\s*(?:-\s+)?(?:export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*(?:[:=]\s*|\s+(?=["']))(.*?)[,;]?\s*$/;

/** Builds the rules: what is known to be secret by its key makes secret whatever else holds the same value. */
export function secretRules(project: Project, bindSources: BindSources, decisions: Decisions): Secrets {
  const known = knownSecrets(project, bindSources);
  const overrides = decisions.secrets ?? {};
  const override = (name: string): string | undefined =>
    Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  const holdsKnown = (text: string): string | undefined => {
    for (const [value, owner] of known) if (holds(text, value)) return `it holds the value of ${owner}`;
    return undefined;
  };
  const ofText = (text: string): string | undefined => secretLook(text) ?? holdsKnown(text);
  return {
    ofText,
    ofVariable: (service, key, value) => {
      const decision = override(`${service}.${key}`) ?? override(key);
      if (decision !== undefined) return decision === "secret" ? "decisions.yaml" : undefined;
      if (isSecretKey(key)) return "its name";
      return value === "" ? undefined : ofText(value);
    },
    ofFile: (path, content) => {
      const relative = relativePath(project, path);
      const decision = override(path) ?? override(relative) ?? override(`./${relative}`);
      if (decision !== undefined) return decision === "secret" ? "decisions.yaml" : undefined;
      if (SECRET_FILE.test(path) && !PUBLIC_FILE.test(path)) return "the kind of file";
      const text = new TextDecoder().decode(content);
      const line = secretLine(text);
      if (line !== undefined) return `"${line.key}" in line ${line.line}`;
      return ofText(text);
    },
  };
}

/** The first line of a configuration file that gives a secret key a value of its own. */
export function secretLine(text: string): { key: string; line: number; value: string } | undefined {
  return secretLines(text).next().value ?? undefined;
}

/** Every such line, in order. */
export function* secretLines(
  text: string,
): Generator<{ key: string; line: number; value: string }, undefined> {
  for (const { text: line, line: number } of textLines(text)) {
    if (/^\s*(#|;|\/\/|<|\*)/.test(line)) continue;
    const match = PAIR.exec(line);
    if (match === null || !isSecretKey(match[1] ?? "")) continue;
    const value = (match[2] ?? "").replace(/\s#.*$/, "").trim().replace(/^["'[\s]+|["'\]\s]+$/g, "");
    if (/^[{(]?$/.test(value) && !/=\s*$/.test(line)) continue;
    if (/^(true|false|null|~|\d{1,3})$/i.test(value) || /^[\w.-]*\/[\w./-]+$/.test(value)) continue;
    yield { key: match[1] ?? "", line: number, value };
  }
}

/** Values that are secret by their key, with the name of one owner. */
function knownSecrets(project: Project, bindSources: BindSources): ReadonlyMap<string, string> {
  const hosts = servicesByDnsName(project);
  const known = new Map<string, string>();
  const add = (value: string, owner: string): void => {
    const plain = value.length < 6 || COMMON.test(value) || hosts.has(value) || /^[/.]/.test(value);
    if (!plain && !/\s/.test(value) && !known.has(value)) known.set(value, owner);
  };
  for (const service of Object.values(project.services)) {
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      if (value === null) continue;
      if (isSecretKey(key)) add(value, `"${service.name}.${key}"`);
      const password = urlPassword(value);
      if (password !== undefined) add(password, `"${service.name}.${key}"`);
    }
    for (const mount of service.volumes ?? []) {
      if (mount.type !== "bind" || mount.source === undefined) continue;
      for (const { path, text } of textFiles(mount.source, bindSources.get(mount.source))) {
        for (const { key, value } of secretLines(text)) {
          add(value, `"${key}" in "${relativePath(project, path)}"`);
        }
      }
    }
  }
  for (const [key, value] of Object.entries(project.environment)) {
    if (isSecretKey(key)) add(value, `"${key}"`);
  }
  return known;
}

/** Whether `text` holds `value` as a whole word, plain or in base64's or a URL's spelling. */
function holds(text: string, value: string): boolean {
  let from = text.indexOf(value);
  while (from >= 0) {
    const before = text.charAt(from - 1);
    const after = text.charAt(from + value.length);
    if (!/[A-Za-z0-9]/.test(before) && !/[A-Za-z0-9]/.test(after)) return true;
    from = text.indexOf(value, from + 1);
  }
  return value.length >= 8 && text.includes(encodeURIComponent(value)) && encodeURIComponent(value) !== value;
}
