/** What is wrong with a certificate that was given to be served by default, before anybody is refused by it. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import type { GivenCertificate } from "../kube/traefik/default_certificate.ts";

export interface CertificateCheck extends GivenCertificate {
  /** Host names that routes with TLS answer to. */
  readonly hosts: readonly string[];
  readonly now: Date;
  /** Where it was decided. */
  readonly span?: Span;
}

const DAY_MS = 24 * 3600 * 1000;
/** Time enough to get another one. */
const SOON_DAYS = 21;

/** Expired, not yet valid, of another key, or for other names; nothing of the key is shown. */
export function checkCertificate(check: CertificateCheck): Diagnostic[] {
  const certificate = attempt(() => new X509Certificate(check.certificate));
  const key = attempt(() => createPrivateKey(check.key));
  const place = check.span === undefined ? {} : { span: check.span };
  if (certificate === undefined || key === undefined) {
    return [{
      code: "traefik-certificate-unreadable",
      severity: "error",
      message: certificate === undefined
        ? "The default certificate cannot be read as a certificate in PEM"
        : "The key of the default certificate cannot be read as a private key in PEM without a passphrase",
      ...place,
      hint: 'It starts with "-----BEGIN"; convert it with openssl, or name another file',
    }];
  }
  return [
    ...keyProblem(certificate, key),
    ...timeProblems(certificate, check.now),
    ...nameProblems(certificate, check.hosts),
  ].map((found) => ({ ...found, ...place }));
}

function keyProblem(certificate: X509Certificate, key: KeyObject): Diagnostic[] {
  if (certificate.checkPrivateKey(key)) return [];
  return [{
    code: "traefik-certificate-key",
    severity: "error",
    message: "The default certificate belongs to another key",
    hint: "Name the key with which the certificate was requested",
  }];
}

function timeProblems(certificate: X509Certificate, now: Date): Diagnostic[] {
  const until = new Date(certificate.validTo);
  const from = new Date(certificate.validFrom);
  if (from > now) {
    return [{
      code: "traefik-certificate-expired",
      severity: "error",
      message: `The default certificate is valid from ${day(from)} on, and not yet`,
      hint: "Correct the clock, or use another certificate",
    }];
  }
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
  if (days > SOON_DAYS) return [];
  const isOver = until <= now;
  return [{
    code: "traefik-certificate-expired",
    severity: isOver ? "error" : "warning",
    message: isOver
      ? `The default certificate expired on ${day(until)}`
      : `The default certificate expires on ${day(until)}, and is not renewed automatically`,
    hint: "Get another one from where this one came",
  }];
}

function nameProblems(certificate: X509Certificate, hosts: readonly string[]): Diagnostic[] {
  const names = namesOf(certificate);
  const others = [...new Set(hosts)].filter((host) => !names.some((name) => covers(name, host))).sort();
  const [first] = others;
  if (first === undefined) return [];
  return [{
    code: "traefik-certificate-domain",
    severity: "warning",
    message: `The default certificate is for ${
      names.map((name) => `"${name}"`).join(", ") || "no name"
    }, not for ${others.map((host) => `"${host}"`).join(", ")}`,
    hint: `Browsers refuse it there: name a certificate that has "${first}" as well`,
  }];
}

/** Names count in subjectAltName only, as browsers have it. */
function namesOf(certificate: X509Certificate): string[] {
  return [...(certificate.subjectAltName ?? "").matchAll(/DNS:([^,\s]+)/g)].map(([, name = ""]) =>
    name.toLowerCase()
  );
}

/** A wildcard stands for exactly one label (RFC 6125). */
function covers(name: string, host: string): boolean {
  const wanted = host.toLowerCase();
  if (!name.startsWith("*.")) return name === wanted;
  const dot = wanted.indexOf(".");
  return dot > 0 && wanted.slice(dot + 1) === name.slice(2);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
