/** The `headers` middleware: all fields but those that Traefik 3 accepts and does not read. */
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { type Json } from "../../values/json.ts";

/** What took the place of each field. */
const successors: Readonly<Record<string, string>> = {
  sslRedirect: "a redirectScheme middleware",
  sslTemporaryRedirect: "redirectScheme.permanent",
  sslHost: "a redirectRegex middleware",
  sslForceHost: "a redirectRegex middleware",
  featurePolicy: "permissionsPolicy",
};

/** Leaves out the fields that do nothing, and says so. */
export function middlewareHeaders(context: RouteContext, element: Element, fields: Json): Json {
  const kept = Object.entries(fields).filter(([name]) => successors[name] === undefined);
  for (const name of Object.keys(fields)) {
    const successor = successors[name];
    if (successor === undefined) continue;
    const isReplaced = context.keepsVersion2 && (name === "sslRedirect" || name === "sslTemporaryRedirect");
    report(
      context,
      isReplaced ? "info" : "warning",
      "traefik-field-obsolete",
      element,
      `The field "${name}" of the middleware "${element.name}" does nothing in Traefik 3: ` +
        (isReplaced ? `${successor} takes its place` : "it is left out"),
      `Use ${successor}`,
    );
  }
  return Object.fromEntries(kept);
}
