/** The certificate that decisions give Traefik to serve where no other one fits. */
import type { Routing } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { shareSecret } from "./middleware_secrets.ts";

/** PEM texts: the certificate (with its chain, its own first) and its private key. */
export interface GivenCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** The name of the Secret that is made for files. */
const DEFAULT_CERTIFICATE_SECRET = "default-certificate";

/** The Secret with the decided certificate, made where it came as files; undefined where nothing is decided. */
export function decidedCertificate(
  context: RouteContext,
  given: GivenCertificate | undefined,
): string | undefined {
  const decision = context.decisions.defaultCertificate;
  if (decision === undefined) return undefined;
  if ("secret" in decision) return decision.secret;
  if (given === undefined) return undefined;
  shareSecret(context, {}, DEFAULT_CERTIFICATE_SECRET, "kubernetes.io/tls", {
    "tls.crt": given.certificate,
    "tls.key": given.key,
  });
  return DEFAULT_CERTIFICATE_SECRET;
}

/**
 * Traefik that is strict about names never serves its default certificate, so where no certificate is fetched or
 * listed it refuses every connection.
 */
export function reportRefusedNames(context: RouteContext, hasCertificates: boolean): void {
  if (context.decisions.acme || hasCertificates) return;
  for (const element of context.routing.tls.options.values()) {
    if (element.fields["sniStrict"] !== true) continue;
    report(
      context,
      "error",
      "traefik-sni-strict",
      element,
      `The TLS options "${element.name}" are strict about names and no certificate is fetched: every connection would be refused`,
      "Add to decisions.yaml: traefik: { sniStrict: false }, or give a certificate: traefik: { defaultCertificate: … }",
    );
  }
}

const HOST = /\bHost(?:SNI)?\(([^)]*)\)/g;

/** Host names in the rules of routes; a name without a dot is nobody's in the world. */
export function hostsOf({ http, tcp }: Routing): string[] {
  const rules = [...http.routers.values(), ...tcp.routers.values()].map(({ fields }) =>
    String(fields["rule"] ?? "")
  );
  const names = rules.flatMap((rule) =>
    [...rule.matchAll(HOST)].flatMap(([, list = ""]) =>
      [...list.matchAll(/[`"]([^`"]+)[`"]/g)].map(([, name = ""]) => name)
    )
  );
  return [...new Set(names)].filter((name) => name.includes(".")).sort();
}
