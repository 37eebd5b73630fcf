/** Whether an edit did what it was meant to do and nothing else, seen in the stack as it is read again. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { EVERYWHERE } from "./edits.ts";
import type { SecretGroup } from "./place.ts";

/** The stack before and after. */
export interface Comparison {
  readonly before: Project;
  readonly after: Project;
  /** The group as it was, and as it is read again. */
  readonly group: SecretGroup;
  readonly again: SecretGroup | undefined;
  /** Every value that a place had, and the new one. */
  readonly old: readonly string[];
  readonly value: string;
  /** Whether a variable of `.env` was written, which other values may be made from. */
  readonly touchesVariables: boolean;
}

/** The values elsewhere that are made of the same variable and change along, and an error for everything that is not as it has to be. */
export function verifyChange(
  comparison: Comparison,
): { readonly also: readonly string[]; readonly problems: readonly Diagnostic[] } {
  const { before, after, group, again, old, value, touchesVariables } = comparison;
  const wrong = group.places.filter(({ name }) =>
    again?.places.find((place) => place.name === name)?.value !== value
  );
  const problems = wrong.map(({ name }) => unexpected(`"${name}" would not be read as the new value`));
  const own = new Set(
    group.places.flatMap(({ variable }) =>
      variable === undefined ? [] : [["services", variable.service, "environment", variable.name].join("\0")]
    ),
  );
  const also: string[] = [];
  const now = leaves(after.canonical);
  const then = leaves(before.canonical);
  for (const path of new Set([...then.keys(), ...now.keys()])) {
    const [from, to] = [then.get(path), now.get(path)];
    if (from === to || own.has(path)) continue;
    const name = path.replaceAll("\0", ".");
    const isDerived = from !== undefined && to !== undefined &&
      old.some((each) => each !== "" && from.replaceAll(each, () => value) === to);
    const isOfPart = isDerived &&
      group.places.some(({ name: place }) => place.startsWith(`${serviceName(path)} after `));
    if (isOfPart) continue;
    if (isDerived && touchesVariables) {
      also.push(name);
      if (to !== value && !EVERYWHERE.test(value)) problems.push(unsafe(name));
    } else problems.push(unexpected(`"${name}" would change, too`));
  }
  return { also, problems };
}

/** `services.x.environment.Y` as a place is called: `x.Y`. */
function serviceName(path: string): string {
  const [section, service, key, variable] = path.split("\0");
  return section === "services" && key === "environment" ? `${service}.${variable}` : "";
}

function unexpected(what: string): Diagnostic {
  return {
    code: "kube-secret-unexpected",
    severity: "error",
    message: `Nothing was written: ${what}`,
    hint: "Change the value by hand in the files, then run: deno task migrate",
  };
}

function unsafe(name: string): Diagnostic {
  return {
    code: "kube-secret-characters",
    severity: "error",
    message: `The new value would stand inside "${name}" and can only have letters, digits and . _ ~ - there`,
    hint: "Choose another value; `deno task secrets rotate` makes one that fits everywhere",
  };
}

function leaves(value: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null) {
    found.set(path, typeof value === "string" ? value : JSON.stringify(value) ?? "null");
    return found;
  }
  for (const [key, child] of Object.entries(value)) {
    leaves(child, path === "" ? key : `${path}\0${key}`, found);
  }
  return found;
}
