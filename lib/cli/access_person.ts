/** What is decided of one person, in which file, and what the file says after a grant or a revoke. */
import { join } from "node:path";
import { type Diagnostic, Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { PERSON_NAME, type PersonDecision } from "../decisions/access.ts";
import { personLine, withoutPerson, withPerson } from "../decisions/edit_people.ts";
import { personIn } from "../kube/access/objects.ts";
import { type Decisions, parseDecisions } from "../decisions/decisions.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { decisionsOf, stackDirectory } from "./load_stack.ts";
import type { InputOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** The decisions file in force before and after. */
export interface DecisionsChange {
  readonly file: string;
  /** undefined where there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** What was decided of the person before. */
  readonly present: PersonDecision | undefined;
  readonly wanted: PersonDecision | undefined;
}

/** What `grant` was told. */
export interface GrantOptions {
  readonly role: PersonDecision["role"];
  /** The user of the issuer; `false`: none from now on; undefined: as it is. */
  readonly user?: string | false | undefined;
}

/**
 * The file with exactly this person granted.
 * @throws Failure (2) for a name that nobody can have, (3) where the file cannot say it
 */
export async function grantIn(
  person: string,
  { role, user }: GrantOptions,
  input: InputOptions,
  surroundings: Surroundings,
): Promise<DecisionsChange> {
  requireName(person);
  const found = await readInForce(input, surroundings);
  const present = personIn(found.inForce.access, person);
  const login = user === false ? undefined : user ?? present?.user;
  const wanted: PersonDecision = login === undefined ? { role } : { role, user: login };
  refuseSameLogin(person, login, found.inForce);
  if (isSame(present, wanted)) return { ...found, after: found.text, present, wanted };
  const after = withPerson(found.text, person, wanted, personIn(found.base.access, person));
  return checked(person, { ...found, after, present, wanted }, input);
}

/** The file without the person. @throws Failure (3) where the person cannot be taken out of it */
export async function revokeIn(
  person: string,
  input: InputOptions,
  surroundings: Surroundings,
): Promise<DecisionsChange> {
  requireName(person);
  const found = await readInForce(input, surroundings);
  const present = personIn(found.inForce.access, person);
  if (present === undefined) return { ...found, after: found.text, present, wanted: undefined };
  const after = personIn(found.base.access, person) === undefined
    ? found.text
    : withoutPerson(found.text, person);
  return checked(person, { ...found, after, present, wanted: undefined }, input);
}

/** "Did you mean", and everybody who is there. */
export function suggestPerson(person: string, known: readonly string[]): string {
  const near = nearest(person, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return known.length === 0 ? "Nobody has access yet" : `Known here: ${known.join(", ")}`;
}

interface InForce {
  readonly file: string;
  readonly before: string | undefined;
  readonly text: string;
  /** With the profiles laid over. */
  readonly inForce: Decisions;
  readonly base: Decisions;
}

async function readInForce(input: InputOptions, surroundings: Surroundings): Promise<InForce> {
  const directory = stackDirectory(input, surroundings);
  const found = await decisionsOf(input, surroundings);
  const { file, text } = found ?? { file: join(directory, "decisions.yaml"), text: "" };
  const { decisions: inForce, diagnostics } = parseDecisions(text, file, input.profile ?? []);
  if (hasErrors(diagnostics)) throw new Failure(ExitCode.input, diagnostics, new Map([[file, text]]));
  return { file, before: found?.text, text, inForce, base: parseDecisions(text, file).decisions };
}

/** The change, where the new text says of the person what is wanted and is right by the schema. */
function checked(
  person: string,
  change: Omit<DecisionsChange, "after"> & { readonly after: string | undefined },
  input: InputOptions,
): DecisionsChange {
  const { file, before, after, present, wanted } = change;
  if (after === undefined) throw notEditable(person, file, wanted);
  const { decisions, diagnostics } = parseDecisions(after, file, input.profile ?? []);
  const sources = new Map([[file, after]]);
  if (hasErrors(diagnostics)) throw new Failure(ExitCode.input, diagnostics, sources);
  if (!isSame(personIn(decisions.access, person), wanted)) {
    const span = decisions.span(["access", "people", person]);
    throw new Failure(ExitCode.input, [{
      code: "cli-access-profile",
      severity: "error",
      message: `A profile of the decisions file says something else of "${person}"`,
      ...(span === undefined ? {} : { span }),
      hint: "Change it there by hand, then run: deno task migrate",
    }], sources);
  }
  return { file, before, after, present, wanted };
}

function isSame(left: PersonDecision | undefined, right: PersonDecision | undefined): boolean {
  return left?.role === right?.role && left?.user === right?.user;
}

function requireName(person: string): void {
  if (PERSON_NAME.test(person)) return;
  throw usage({
    code: "cli-access-name",
    message: `"${person}" cannot be the name of a person`,
    hint:
      "Use at most 62 lower-case letters, digits, hyphens and dots, with a letter or digit at both ends; " +
      "what the issuer writes goes into --user",
  });
}

/** Two people with one login would have the rights of both, and a revoke of one would take nothing. */
function refuseSameLogin(person: string, login: string | undefined, { access }: Decisions): void {
  const other = login === undefined
    ? undefined
    : Object.entries(access?.people ?? {}).find(([name, { user }]) => name !== person && user === login);
  if (other === undefined) return;
  throw usage({
    code: "cli-access-same-login",
    message: `"${login}" logs in as "${other[0]}" already`,
    hint: `Change that one: deno task access grant ${shellWord(other[0])} --role …`,
  });
}

function notEditable(person: string, file: string, wanted: PersonDecision | undefined): Failure {
  const hint = wanted === undefined
    ? `Take "${person}" out of access.people by hand`
    : `Write below access.people by hand: ${personLine(person, wanted)}`;
  return new Failure(ExitCode.input, [{
    code: "cli-decisions-not-editable",
    severity: "error",
    message:
      `The decisions file "${file}" is written in a way that cannot be changed without losing something`,
    hint: `${hint}; then run the same command again`,
  }]);
}

function usage(problem: Omit<Diagnostic, "severity">): Failure {
  return new Failure(ExitCode.usage, [{ ...problem, severity: "error" }]);
}
