/** Secrets in the fields of Traefik's objects, which everybody reads who may read routes. */
import { secretsInVariable } from "../../secrecy/mod.ts";
import type { Element } from "../../traefik/routing.ts";
import { report, type RouteContext } from "./context.ts";
import { unexpanded } from "../unexpanded.ts";
import { shareSecret } from "./middleware_secrets.ts";
import { type Json } from "../../values/json.ts";

/**
 * The paths of all fields that are or hold a secret, such as `customRequestHeaders.Authorization`. What is called
 * `secret` names one.
 */
function secretFields(fields: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof fields === "string") {
    const name = path.at(-1) ?? "";
    if (/^secret$|Secret$/.test(name)) return [];
    return secretsInVariable(name, fields).length > 0 ? [path.join(".")] : [];
  }
  if (typeof fields !== "object" || fields === null) return [];
  return Object.entries(fields).flatMap(([key, value]) =>
    secretFields(value, Array.isArray(fields) ? path : [...path, key])
  );
}

/** Says which fields of an object will be readable, since Traefik takes them from no Secret. */
export function reportSecretFields(context: RouteContext, element: Element, fields: Json): void {
  const found = [...new Set(secretFields(fields))].map((name) => `"${name}"`);
  if (found.length === 0) return;
  const one = found.length === 1;
  report(
    context,
    "warning",
    "traefik-secret-in-route",
    element,
    `The ${one ? "field" : "fields"} ${found.join(", ")} of the middleware "${element.name}" ${
      one ? "looks like a secret: it" : "look like secrets: they"
    } will stand in an object that is no Secret, as in a label now`,
    "Let the backend read it from a Secret instead",
  );
}

/** A plugin's settings with every secret taken from a Secret, as Traefik's plugins can: `urn:k8s:secret:NAME:KEY`. */
export function pluginSecrets(context: RouteContext, element: Element, fields: Json, name: string): Json {
  const secret = `${name}-plugin`;
  const texts: Record<string, string> = {};
  const moved = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === "string") {
      if (secretsInVariable(path.at(-1) ?? "", value).length === 0) return value;
      const key = path.join(".").replace(/[^-._a-zA-Z0-9]+/g, "-");
      texts[key] = value;
      return `urn:k8s:secret:${secret}:${key}`;
    }
    if (Array.isArray(value)) return value.map((entry, index) => moved(entry, [...path, `${index}`]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, moved(inner, [...path, key])]),
    );
  };
  const result = moved(fields, []) as Json;
  if (Object.keys(texts).length > 0) shareSecret(context, element, secret, "Opaque", texts);
  return result;
}

/** Arguments with the secret ones read from variables, which the kubelet puts in: `--x.token=$(NAME)`. */
export function argumentSecrets(
  list: readonly string[],
): { readonly list: readonly string[]; readonly texts: Readonly<Record<string, string>> } {
  const texts: Record<string, string> = {};
  const shown = list.map((argument) => {
    const [name = "", value] = splitArgument(argument);
    if (value === undefined || secretsInVariable(name, value).length === 0) return unexpanded(argument);
    const variable = `TRAEFIK_ARGUMENT_${Object.keys(texts).length}`;
    texts[variable] = value;
    return `${unexpanded(name)}=$(${variable})`;
  });
  return { list: shown, texts };
}

function splitArgument(argument: string): readonly [name: string, value?: string] {
  const at = argument.indexOf("=");
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}
