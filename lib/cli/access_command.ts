/** `access grant | revoke`: one person in the decisions file and, by that, in the cluster. */
import { createTwoFilesPatch } from "diff";
import { Failure, hasErrors } from "../diagnostics/diagnostic.ts";
import { serviceAccountName } from "../kube/access/objects.ts";
import type { PlannedMigration, Step } from "../migration/step.ts";
import { renderPreview } from "../report/preview_text.ts";
import { previewMigrations } from "../run/dry_run.ts";
import { knownPeople, objectsOf, readPeople } from "../run/people.ts";
import { settlePerson } from "../run/person.ts";
import { hasPersonWork, lookAtPerson, type PersonWork, tooEarly } from "../run/person_work.ts";
import { findRecord } from "../run/prepare.ts";
import { loadState } from "../run/session.ts";
import {
  type DecisionsChange,
  grantIn,
  type GrantOptions,
  revokeIn,
  suggestPerson,
} from "./access_person.ts";
import { keyText } from "./digest_key.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { onCluster, onStack } from "./next_command.ts";
import { type PlannedStack, planStack } from "./plan_stack.ts";
import { confirmWrite, type Ending, follow, withWriteSession, type WriteSession } from "./write_session.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { CommandOptions, Run } from "./command.ts";
import { refuseLinkedAway, replaceFile } from "./replace_file.ts";
import type { Surroundings } from "./surroundings.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

/** Gives the person a role: in the decisions file, then in the cluster. */
export function grant(person: string): Run {
  return async (options, surroundings) => {
    // The edge: both were checked by the command line's own declarations.
    const wanted = { role: options["role"], user: options["user"] } as GrantOptions;
    return await change(person, await grantIn(person, wanted, options, surroundings), options, surroundings);
  };
}

/** Takes everything from the person: from the decisions file, then from the cluster. */
export function revoke(person: string): Run {
  return async (options, surroundings) =>
    await change(person, await revokeIn(person, options, surroundings), options, surroundings);
}

function change(
  person: string,
  decisions: DecisionsChange,
  options: CommandOptions,
  surroundings: Surroundings,
): Promise<number> {
  const { file, before, after } = decisions;
  const text = before === undefined && after === "" ? {} : { decisions: { file, text: after } };
  return withWriteSession(
    options,
    surroundings,
    (session) => carryOut({ person, decisions, session }),
    {
      input: async () => {
        const stack = await planStack(options, surroundings, text);
        return decisions.wanted === undefined ? withoutPlan(stack) : stack;
      },
    },
  );
}

/**
 * Taking access away does not wait until the stack is mended: without a plan the person's objects go all the same, and
 * the next run brings the record up to date.
 */
function withoutPlan(stack: PlannedStack): PlannedStack {
  return stack.plan !== undefined || stack.conversion === undefined
    ? stack
    : { ...stack, plan: { migrations: [] } };
}

interface Case {
  readonly person: string;
  readonly decisions: DecisionsChange;
  readonly session: WriteSession;
}

async function carryOut(one: Case): Promise<number> {
  const { person, decisions, session } = one;
  const { options, stack, namespace, target, writer } = session;
  const record = await findRecord(target.client, namespace);
  if (record === undefined) return await withoutRecord(one);
  const plan = stack.planFor(keyText(record.key)) ?? session.plan;
  const work = await lookAtPerson(plan, person, record, await loadState(record));
  if (decisions.wanted !== undefined && work.wanted.length === 0) throw unplanned(person);
  if (!isFileChange(decisions) && !hasPersonWork(work)) return await sayNothingToDo(one);
  if (decisions.wanted?.user !== undefined) warnWithoutIssuer(one);
  if (options["dryRun"] === true) return await preview(one, work);
  if (!confirmWrite(session, questionOf(one))) return ExitCode.ok;
  const events = settlePerson(plan, { ...writer, person, decide: () => writeDown(one) });
  return await follow(session, events, () => endingOf(one, work));
}

/** No run was here yet: there is nobody to give anything to, and nothing to take but a line of the file. */
async function withoutRecord(one: Case): Promise<number> {
  const { person, decisions, session } = one;
  const { namespace, target, terminal, options } = session;
  if (decisions.wanted !== undefined) throw tooEarly(session.plan, namespace);
  const left = objectsOf(person, await readPeople(target.client, namespace));
  if (left.length > 0) throw leftWithoutRecord(person, namespace);
  if (!isFileChange(decisions)) return await sayNothingToDo(one);
  if (options["dryRun"] === true) {
    showFile(one);
    return ExitCode.ok;
  }
  if (!confirmWrite(session, questionOf(one))) return ExitCode.ok;
  await writeDown(one);
  terminal.err("The cluster had nothing of it.\n");
  return ExitCode.ok;
}

async function writeDown({ decisions, session: { terminal, options } }: Case): Promise<void> {
  if (!isFileChange(decisions)) return;
  const { file, before, after } = decisions;
  if (options.decisions === undefined) await refuseLinkedAway(file);
  await replaceFile(file, before, after);
  if (options.output === "json") {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, type: "decisions-written", file })}\n`);
  } else terminal.err(`Decisions: wrote ${file}\n`);
}

async function preview(one: Case, work: PersonWork): Promise<number> {
  const { person, decisions, session } = one;
  const { options, terminal, namespace, target, stack } = session;
  const because = work.drifted.size > 0 ? "drift" : "new";
  const only = { migrations: [onlyPerson(person, work)] };
  const previews = await previewMigrations(only, { client: target.client, namespace, adopt: true }, because);
  const problems = previews.flatMap(({ diagnostics }) => diagnostics);
  if (options.output === "json") {
    const { file } = decisions;
    const written = { file, diff: patchOf(decisions) };
    terminal.out(`${JSON.stringify({ schemaVersion: 1, decisions: written, migrations: previews })}\n`);
  } else {
    showFile(one);
    terminal.out(renderPreview(previews, { colour: terminal.outColour }));
    printDiagnostics(problems, { terminal, options, sources: stack.sources });
    terminal.err("Nothing was written.\n");
  }
  return problems.length > 0 ? ExitCode.failed : ExitCode.ok;
}

/** A migration of these objects alone, to be looked at. */
function onlyPerson(person: string, { migration, apply, remove }: PersonWork): PlannedMigration {
  const steps: Step[] = [
    { kind: "apply", objects: apply },
    ...remove.map(({ uid: _, ...ref }): Step => ({ kind: "remove", ref })),
  ];
  const id = migration?.id ?? "access";
  return { id, title: `Access of "${person}"`, why: "", steps, absent: [], claimed: [] };
}

function showFile({ decisions, session: { terminal } }: Case): void {
  if (isFileChange(decisions)) terminal.out(`${patchOf(decisions)}\n`);
}

function patchOf({ file, before = "", after }: DecisionsChange): string {
  const patch = createTwoFilesPatch(file, file, before, after, "", "", { context: 2 });
  return patch.slice(patch.indexOf("---")).trimEnd();
}

function isFileChange({ before = "", after }: DecisionsChange): boolean {
  return before !== after;
}

function questionOf({ person, decisions, session: { namespace } }: Case): string {
  const { wanted, file } = decisions;
  const what = wanted === undefined
    ? `Take all access to namespace "${namespace}" from "${person}"`
    : `Make "${person}" ${wanted.role} of namespace "${namespace}"`;
  return isFileChange(decisions) ? `${what}, and write that into ${file}?` : `${what}?`;
}

function endingOf(one: Case, { isWhole, migration }: PersonWork): Ending {
  const { person, decisions: { wanted, present }, session: { namespace, options, stack } } = one;
  const rest = migration === undefined && hasErrors(stack.diagnostics)
    ? `The stack has errors, so the record waits for the next run: ${onStack("check", options)}\n`
    : isWhole || migration === undefined
    ? ""
    : `Migration "${migration.id}" has more to apply: ${onCluster("migrate --dry-run", options)} shows it.\n`;
  if (wanted !== undefined) {
    return {
      summary: standingOf(one),
      next: `${rest}Next: ${onCluster(`access kubeconfig ${shellWord(person)}`, options)} > ${
        shellWord(`${person}.yaml`)
      }`,
    };
  }
  const groups = Object.keys(stack.decisions.access?.groups ?? {});
  const kept = present?.user === undefined || groups.length === 0
    ? ""
    : `The login "${present.user}" still has what its groups may do (${groups.join(", ")}).\n`;
  return {
    summary: `"${person}" has no access of their own to namespace "${namespace}" any more.`,
    next: `${rest}${kept}Next: ${onCluster("access list", options)}`,
  };
}

/** `"alice" is a deployer in namespace "faf", by the service account "person-alice".` */
function standingOf({ person, decisions: { wanted }, session: { namespace } }: Case): string {
  const login = wanted?.user === undefined
    ? `by the service account "${serviceAccountName(person)}"`
    : `logged in by OIDC as "${wanted.user}"`;
  return `"${person}" is ${
    wanted?.role === "operator" ? "an" : "a"
  } ${wanted?.role} of namespace "${namespace}", ${login}.`;
}

/** Not wrong, where the API server was told of an issuer by other means. */
function warnWithoutIssuer({ person, decisions, session: { stack, terminal, options } }: Case): void {
  if (stack.decisions.access?.oidc !== undefined) return;
  const span = stack.decisions.span(["access", "people", person]);
  printDiagnostics([{
    code: "cli-access-no-issuer",
    severity: "warning",
    message: `"${person}" logs in by OIDC, but ${decisions.file} names no issuer`,
    ...(span === undefined ? {} : { span }),
    hint: "Add access.oidc with issuer and clientId; `deno task k3s` then prints what the node needs",
  }], { terminal, options: { ...options, output: "text" }, sources: stack.sources });
}

async function sayNothingToDo(one: Case): Promise<number> {
  const { person, decisions, session: { terminal, options, namespace, target, stack } } = one;
  if (options.output === "json") {
    const event = { type: "run-finished", at: one.session.writer.now(), state: "unchanged", writes: 0 };
    terminal.out(`${JSON.stringify({ schemaVersion: 1, ...event })}\n`);
  } else if (decisions.wanted !== undefined) {
    terminal.out(`${standingOf(one)} Nothing to do: decisions and cluster say so already.\n`);
  } else terminal.out(`"${person}" has no access to namespace "${namespace}". Nothing to do.\n`);
  if (decisions.wanted !== undefined) return ExitCode.ok;
  const known = knownPeople(stack.decisions.access, await readPeople(target.client, namespace));
  printDiagnostics([{
    code: "cli-access-unknown",
    severity: "warning",
    message: `Nobody called "${person}" has access to namespace "${namespace}"`,
    hint: suggestPerson(person, known),
  }], { terminal, options: { ...options, output: "text" }, sources: stack.sources });
  return ExitCode.ok;
}

function unplanned(person: string): Failure {
  return new Failure(ExitCode.input, [{
    code: "cli-access-unplanned",
    severity: "error",
    message: `No migration applies the roles for people, so "${person}" cannot get one`,
    hint: "Let a script of --migrations return kube.access(), as migrations/015_people.ts does",
  }]);
}

function leftWithoutRecord(person: string, namespace: string): Failure {
  return new Failure(ExitCode.usage, [{
    code: "cli-nothing-recorded",
    severity: "error",
    message:
      `Nothing is recorded in namespace "${namespace}", but bindings of "${person}" are in the cluster`,
    hint: "Remove them with: kubectl delete clusterrolebindings " +
      `-l ${shellWord(`compose-ferry/owner=${namespace},compose-ferry/person=${person}`)}`,
  }]);
}
