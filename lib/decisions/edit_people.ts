/** Writes one person into the text of `decisions.yaml` or takes it out; every other byte stays. */
import { type EntryPath, withEntry, withoutEntry } from "./edit_text.ts";
import type { PersonDecision, Role } from "./access.ts";

/** The text with exactly this decided of the person, or undefined where that cannot be done in place. */
export function withPerson(
  text: string,
  person: string,
  wanted: PersonDecision,
  present: PersonDecision | undefined,
): string | undefined {
  const path = pathOf(person);
  if (present === undefined) return withEntry(text, path, { text: personText(wanted), value: wanted });
  const steps: ((text: string) => string | undefined)[] = [
    ...(present.role === wanted.role ? [] : [(before: string) => setRole(before, path, wanted.role)]),
    ...(present.user === wanted.user ? [] : [(before: string) => setUser(before, path, wanted.user)]),
  ];
  return steps.reduce<string | undefined>(
    (before, step) => before === undefined ? undefined : step(before),
    text,
  );
}

/** The text without the person, or undefined where that cannot be done in place. */
export function withoutPerson(text: string, person: string): string | undefined {
  return withoutEntry(text, pathOf(person));
}

/** The line that says it below `people:`, for a reader who has to write it by hand. */
export function personLine(person: string, wanted: PersonDecision): string {
  return `${JSON.stringify(person)}: ${personText(wanted)}`;
}

function pathOf(person: string): EntryPath {
  return ["access", "people", person];
}

function personText({ role, user }: PersonDecision): string {
  return user === undefined ? `{ role: ${role} }` : `{ role: ${role}, user: ${JSON.stringify(user)} }`;
}

function setRole(text: string, path: EntryPath, role: Role): string | undefined {
  return withEntry(text, [...path, "role"], { text: role, value: role });
}

function setUser(text: string, path: EntryPath, user: string | undefined): string | undefined {
  const at = [...path, "user"];
  return user === undefined
    ? withoutEntry(text, at)
    : withEntry(text, at, { text: JSON.stringify(user), value: user });
}
