/** TLS options, stores and certificates as TLSOption, TLSStore and Secrets. */
import type { Element } from "../../traefik/routing.ts";
import { compact, report, type RouteContext, share, traefikObject } from "./context.ts";
import { reportRefusedNames } from "./default_certificate.ts";
import { isPem, shareSecret } from "./middleware_secrets.ts";
import { type Json } from "../../values/json.ts";

/**
 * Converts everything below `tls` of the dynamic configuration.
 *
 * @param decided the Secret with the default certificate that decisions give in place of the stack's own
 */
export function convertTls(context: RouteContext, decided?: string): void {
  const { options, stores, certificates } = context.routing.tls;
  for (const element of options.values()) convertOptions(context, element);
  const listed = certificates.flatMap((element, index) =>
    certificateSecret(context, element, element.fields, `certificate-${index}`)
  );
  const elements = new Map(
    [...stores.values()].map((element) => [element.name.slice(0, element.name.lastIndexOf("@")), element]),
  );
  for (const [name, element] of elements) {
    if (name === "default") continue;
    report(
      context,
      "warning",
      "traefik-store-unused",
      element,
      `The TLS store "${name}" is left out: Traefik only uses the one named "default"`,
      "Put its certificates into the default store",
    );
  }
  convertDefaultStore(context, elements.get("default"), listed, decided);
  reportRefusedNames(context, decided !== undefined || listed.length > 0);
}

function convertOptions(context: RouteContext, element: Element): void {
  const { clientAuth, preferServerCipherSuites, ...rest } = element.fields;
  const { caFiles, ...auth } = (clientAuth ?? {}) as Json;
  const name = context.names.tlsOptions.get(element.name) ?? "default";
  const authorities = ((caFiles ?? []) as readonly string[]).flatMap((text, index) => {
    if (!isPem(text)) {
      reportPath(context, element, "clientAuth.caFiles");
      return [];
    }
    const secret = `${name}-ca-${index}`;
    shareSecret(context, element, secret, "Opaque", { "ca.crt": text });
    return [secret];
  });
  if (preferServerCipherSuites !== undefined) {
    report(
      context,
      "info",
      "traefik-field-obsolete",
      element,
      `The field "preferServerCipherSuites" of "${element.name}" does nothing: it is left out`,
      "Remove it",
    );
  }
  const converted = compact({ ...auth, secretNames: authorities.length === 0 ? undefined : authorities });
  const spec = compact({ ...rest, clientAuth: Object.keys(converted).length === 0 ? undefined : converted });
  share(context, traefikObject(context, "TLSOption", name, spec), element.span);
}

function convertDefaultStore(
  context: RouteContext,
  store: Element | undefined,
  listed: readonly string[],
  decided: string | undefined,
): void {
  if (store === undefined && listed.length === 0 && decided === undefined) return;
  const own = store?.fields["defaultCertificate"] as Json | undefined;
  const [secretName] = decided !== undefined
    ? [decided]
    : store === undefined || own === undefined
    ? []
    : certificateSecret(context, store, own, "default-certificate");
  // A default certificate alone is not served by TLS options that are strict about names; a listed one is.
  const certificates = decided === undefined ? listed : [...listed, decided];
  const spec = compact({
    defaultCertificate: secretName === undefined ? undefined : { secretName },
    defaultGeneratedCert: decided === undefined ? store?.fields["defaultGeneratedCert"] : undefined,
    certificates: certificates.length === 0 ? undefined : certificates.map((name) => ({ secretName: name })),
  });
  share(context, traefikObject(context, "TLSStore", "default", spec), store?.span);
}

function certificateSecret(context: RouteContext, element: Element, fields: Json, name: string): string[] {
  const { certFile, keyFile } = fields;
  if (isPem(certFile) && isPem(keyFile)) {
    shareSecret(context, element, name, "kubernetes.io/tls", { "tls.crt": certFile, "tls.key": keyFile });
    return [name];
  }
  reportPath(context, element, "certFile and keyFile");
  return [];
}

function reportPath(context: RouteContext, element: Element, field: string): void {
  report(
    context,
    "error",
    "traefik-certificate-file",
    element,
    `The certificate in "${field}" of "${element.name}" could not be read, and the cluster's Traefik does not have its path`,
    "Run this where the file lies, or write the certificate itself (PEM) in its place",
  );
}
