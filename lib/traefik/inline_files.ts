/** Texts that a dynamic configuration names by their path in Traefik's container, put in their place. */
import type { Element, Fields } from "./routing.ts";
import { items } from "../values/json.ts";

/** The text of a file by its path in Traefik's container; undefined where it is not at hand. */
export type TextAt = (path: string) => string | undefined;

/** Fields that hold a certificate or key, or the path to one (Traefik's type `FileOrContent`). */
const certificateFields = new Set(["certFile", "keyFile", "caFiles", "rootCAs", "ca", "cert", "key"]);

/** Replaces the paths of an element by what they hold, as far as it is at hand. */
export function inlineFiles(element: Element, textAt: TextAt): Element {
  return { ...element, fields: inlineFields(element.fields, textAt) };
}

function inlineFields(fields: Fields, textAt: TextAt): Fields {
  const { usersFile, ...rest } = fields;
  const users = typeof usersFile === "string" ? textAt(usersFile) : undefined;
  const kept = users === undefined
    ? fields
    : { ...rest, users: [...usersOf(users), ...items(rest["users"])] };
  return Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [name, inlineValue(name, value, textAt)]),
  );
}

function inlineValue(name: string, value: unknown, textAt: TextAt): unknown {
  if (typeof value === "string") return certificateFields.has(name) ? textAt(value) ?? value : value;
  if (Array.isArray(value)) return value.map((item) => inlineValue(name, item, textAt));
  return value !== null && typeof value === "object" ? inlineFields(value as Fields, textAt) : value;
}

/** Lines of an htpasswd file; Traefik skips empty ones and comments, and puts them before `users`. */
function usersOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
