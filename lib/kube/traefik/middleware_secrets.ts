/** Secrets that middlewares read: users, credentials, certificates. Their values appear nowhere else. */
import type { Element } from "../../traefik/routing.ts";
import { compact, report, type RouteContext, share } from "./context.ts";
import { type Json } from "../../values/json.ts";
import { encodeBase64 } from "../../values/base64.ts";

/**
 * `basicAuth` and `digestAuth`: users go into an Opaque Secret with one key. The type
 * `kubernetes.io/basic-auth` would hash its password a second time.
 */
export function users(context: RouteContext, element: Element, fields: Json, name: string): Json | undefined {
  const { users: lines, usersFile, ...rest } = fields;
  if (typeof usersFile === "string") {
    report(
      context,
      "error",
      "traefik-users-file",
      element,
      `The middleware "${element.name}" reads its users from a file, which the cluster's Traefik does not have`,
      `Write the users into the middleware's "users"`,
    );
    return undefined;
  }
  const list = ((lines ?? []) as readonly string[]).filter((line) => line !== "");
  if (list.length === 0) {
    report(
      context,
      "error",
      "traefik-users-empty",
      element,
      `The middleware "${element.name}" has no users: the cluster's Traefik would disable its routers`,
      "Name at least one user",
    );
    return undefined;
  }
  const secret = `${name}-users`;
  shareSecret(context, element, secret, "Opaque", { users: list.join("\n") });
  return { ...rest, secret };
}

/** A user name and a password, as two keys. */
export function credentials(
  context: RouteContext,
  element: Element,
  name: string,
  values: Json,
): string | undefined {
  const data = compact(values) as Record<string, string>;
  if (Object.keys(data).length === 0) return undefined;
  const complete = { username: data["username"] ?? "", password: data["password"] ?? "" };
  shareSecret(context, element, name, "Opaque", complete);
  return name;
}

/** `tls` of a client: PEM texts become Secrets; paths in Traefik's container cannot be followed. */
export function clientTls(context: RouteContext, element: Element, name: string, tls: Json): Json {
  const { ca, cert, key, ...rest } = tls;
  const result: Record<string, unknown> = { ...rest };
  if (isPem(ca)) {
    result["caSecret"] = `${name}-ca`;
    shareSecret(context, element, `${name}-ca`, "Opaque", { "ca.crt": ca });
  }
  if (isPem(cert) && isPem(key)) {
    result["certSecret"] = `${name}-certificate`;
    shareSecret(context, element, `${name}-certificate`, "kubernetes.io/tls", {
      "tls.crt": cert,
      "tls.key": key,
    });
  }
  for (const [field, value] of Object.entries({ ca, cert, key })) {
    if (value === undefined || isPem(value)) continue;
    report(
      context,
      "error",
      "traefik-certificate-file",
      element,
      `The field "tls.${field}" of "${element.name}" is a path in the stack's Traefik, which the cluster's does not have`,
      "Write the certificate itself (PEM) in its place",
    );
  }
  return result;
}

/** Whether a text is a certificate or key itself. */
export function isPem(value: unknown): value is string {
  return typeof value === "string" && value.includes("-----BEGIN ");
}

/** Collects a Secret. */
export function shareSecret(
  context: RouteContext,
  element: Pick<Element, "span">,
  name: string,
  type: string,
  texts: Readonly<Record<string, string>>,
): void {
  share(context, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: context.namespace },
    type,
    data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encodeBase64(text)])),
  }, element.span);
}
