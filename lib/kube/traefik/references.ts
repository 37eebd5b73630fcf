/** References between elements, `name@provider`, and the names that the elements have in the cluster. */
import type { Element } from "../../traefik/routing.ts";
import { label } from "../../stack/names.ts";

/** A reference with its provider: the one of the referring element where it names none. */
export function qualify(reference: string, referrer: Element): string {
  if (reference.includes("@")) return reference;
  return `${reference}@${referrer.name.slice(referrer.name.lastIndexOf("@") + 1)}`;
}

/** An element's name without its provider. */
export function bareName(qualified: string): string {
  const at = qualified.lastIndexOf("@");
  return at < 0 ? qualified : qualified.slice(0, at);
}

/** Names for the objects of one kind: DNS labels, no two the same. */
export function objectNames(elements: Iterable<Element>, prefix = ""): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const sorted = [...elements].map(({ name }) => name).sort();
  for (const qualified of sorted) {
    const provider = qualified.slice(qualified.lastIndexOf("@") + 1);
    const plain = label(prefix + bareName(qualified));
    let name = taken.has(plain) ? label(`${plain}-${provider}`) : plain;
    for (let number = 2; taken.has(name); number++) name = label(`${plain}-${number}`);
    taken.add(name);
    names.set(qualified, name);
  }
  return names;
}
