/** Names of compose as names of Kubernetes, and the check that no two become one. */
import { sha256 } from "../values/sha256.ts";

const LONGEST = 63;

/** A DNS-1123 label: lower case, every other character a hyphen, at most 63 long (with a hash where cut). */
export function label(name: string, longest = LONGEST): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  if (plain === "") return `x${shortHash(name)}`;
  return plain.length <= longest
    ? plain
    : `${plain.slice(0, longest - 9).replace(/-+$/, "")}-${shortHash(name)}`;
}

/** A DNS-1123 subdomain for objects that may have dots in their names, such as ConfigMaps. */
export function subdomain(name: string): string {
  const parts = name.toLowerCase().replace(/[^a-z0-9.]+/g, "-").split(".")
    .map((part) => part.replace(/^-+|-+$/g, "")).filter((part) => part !== "");
  const joined = parts.join(".");
  if (joined === "") return `x${shortHash(name)}`;
  return joined.length <= 200 ? joined : `${joined.slice(0, 190).replace(/[-.]+$/, "")}-${shortHash(name)}`;
}

/** The Service that leads to a compose service: its label, which has to begin with a letter here and nowhere else. */
export function serviceLabel(name: string): string {
  const plain = label(name);
  return /^[a-z]/.test(plain) ? plain : label(`s-${plain}`);
}

/** Whether a name can be a Service, which DNS then answers for (RFC 1035 label). */
export function isServiceName(name: string): boolean {
  return /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
}

/** Whether a server of DNS can be asked for it: letters, digits, hyphens and underscores between dots. */
export function isQuestion(host: string): boolean {
  return host.length <= 150 &&
    host.split(".").every((part) => /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/.test(part));
}

/** A label value: at most 63 of `A-Za-z0-9_.-`, alphanumeric at both ends. */
export function labelValue(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, LONGEST).replace(
    /^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g,
    "",
  );
}

/** Whether a text can be the key of an annotation: an optional DNS prefix and a name of at most 63. */
export function isAnnotationKey(key: string): boolean {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = slash < 0 ? key : key.slice(slash + 1);
  const plain = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name);
  return plain && (prefix === undefined || /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(prefix));
}

/** Eight hexadecimal digits that stand for a text. */
export function shortHash(text: string | Uint8Array): string {
  return sha256(text).slice(0, 8);
}
