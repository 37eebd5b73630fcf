/** Checks that one secret that stands in several places is the same in all of them, without showing any. */
import type { Diagnostic, Span } from "../../diagnostics/diagnostic.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { label } from "../names.ts";
import { relativePath } from "../relative_path.ts";
import { Decided } from "../../decisions/decided.ts";
import type { JobDecisions, Part, Reference } from "../../decisions/jobs.ts";
import { isNotMoved, mountedFile, mountedFiles, secretAt, type StackTexts } from "./located_secrets.ts";
import { type KeptValues, referenceText } from "./reference.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";

/** One secret with every place that holds it, the first being the one that programs' users are made from. */
export interface SharedSecret {
  /** The decision: `databases.faf-db.users.faf-java-api`. */
  readonly path: string;
  /** The service that has to know the value, such as `faf-db`; absent where the programs alone do. */
  readonly server?: string;
  /** The Job that makes a changed value true there. */
  readonly job?: string;
  /** Whether it is the server's administrator's. */
  readonly isAdmin: boolean;
  readonly places: readonly (Reference | Part)[];
  /** Where the decisions name each of the places. */
  readonly decided: readonly Decided[];
}

interface Login {
  readonly password: Reference;
  readonly same?: readonly (Reference | Part)[] | undefined;
}

type Servers = Readonly<
  Record<string, { readonly admin: Login; readonly users?: Readonly<Record<string, Login>> | undefined }>
>;

/** Every secret that the decisions name, in their order. */
export function sharedSecrets(decisions: JobDecisions): SharedSecret[] {
  const servers: readonly (readonly [string, Servers | undefined])[] = [
    ["databases", decisions.databases],
    ["brokers", decisions.brokers],
  ];
  const ofServers = servers.flatMap(([group, named]) =>
    Object.entries(named ?? {}).flatMap(([server, { admin, users }]) => {
      const decided = new Decided(decisions, group, server);
      const job = label(`${server}-users`);
      return [
        { ...login(decided.at("admin"), "password", admin.password, admin.same), server, job, isAdmin: true },
        ...Object.entries(users ?? {}).map(([user, { password, same }]) => ({
          ...login(decided.at("users", user), "password", password, same),
          server,
          job,
          isAdmin: false,
        })),
      ];
    })
  );
  const ofClients = Object.entries(decisions.identity ?? {}).flatMap(([server, { clients }]) =>
    Object.entries(clients ?? {}).flatMap(([id, { secret, same }]) =>
      secret === undefined ? [] : [{
        ...login(new Decided(decisions, "identity", server, "clients", id), "secret", secret, same),
        server,
        job: label(`${server}-clients`),
        isAdmin: false,
      }]
    )
  );
  const others = Object.entries(decisions.agree ?? {}).map(([name, places]) => {
    const decided = new Decided(decisions, "agree", name);
    return {
      path: `${decided}`,
      isAdmin: false,
      places,
      decided: places.map((_, index) => decided.at(index)),
    };
  });
  return [...ofServers, ...ofClients, ...others];
}

function login(
  decided: Decided,
  key: "password" | "secret",
  first: Reference,
  same: readonly (Reference | Part)[] = [],
): Pick<SharedSecret, "path" | "places" | "decided"> {
  return {
    path: `${decided}`,
    places: [first, ...same],
    decided: [decided.at(key), ...same.map((_, index) => decided.at("same", index))],
  };
}

/** An error for every place whose value differs from the first, and for every place that does not exist. */
export function checkAgreement(
  kept: KeptValues,
  texts: StackTexts,
  decisions: JobDecisions,
): Diagnostic[] {
  return sharedSecrets(decisions).flatMap((shared) => {
    const all = shared.places.map((place, index) => ({ place, decided: shared.decided[index] }));
    const misnamed = all.flatMap(({ place, decided }) => misnamedPlace(texts, place, decided));
    const [first, ...others] = all.filter(({ place }) => !isNotMoved(kept, texts, place))
      .map((each) => ({ ...each, located: secretAt(kept, texts, each.place) }));
    const findings = others.flatMap(({ place, decided, located }): Diagnostic[] => {
      if ("reason" in located) return [leadsNowhere(texts, place, decided, located.reason)];
      if (first === undefined || "reason" in first.located) return [];
      if (first.located.value === undefined || located.value === undefined) return [];
      if (first.located.value === located.value) return [];
      return [differs(shared, first.place, place, first.located.span, located.span)];
    });
    const lost = first === undefined || !("reason" in first.located)
      ? []
      : [leadsNowhere(texts, first.place, first.decided, first.located.reason)];
    return [...misnamed, ...lost, ...findings];
  });
}

/**
 * A file that nothing mounts may belong to a compose file that is not loaded, as may a service; one that is almost
 * mounted or almost there is a slip of the pen.
 */
function misnamedPlace(
  texts: StackTexts,
  place: Reference | Part,
  decided: Decided | undefined,
): Diagnostic[] {
  const wrong = typeof place === "string"
    ? misnamedService(texts, place)
    : "file" in place
    ? misnamedFile(texts, place.file)
    : "variable" in place
    ? misnamedService(texts, place.variable)
    : undefined;
  if (wrong === undefined) return [];
  return [{
    code: "kube-job-reference",
    severity: "error",
    message: `Decision "${decided}" names "${wrong.name}", which ${wrong.why}`,
    ...decided?.place,
    hint: `Did you mean "${wrong.near}"?`,
  }];
}

interface Misnamed {
  readonly name: string;
  readonly why: string;
  readonly near: string;
}

function misnamedFile(texts: StackTexts, file: string): Misnamed | undefined {
  if (mountedFile(texts, file) !== undefined) return undefined;
  const known = mountedFiles(texts).map(({ path }) => `./${relativePath(texts.project, path)}`);
  const near = nearest(file, known);
  return near === undefined ? undefined : { name: file, why: "no service of this stack mounts", near };
}

/** Programs of one stack are called alike, so that only two letters make a slip. */
function misnamedService({ project }: StackTexts, reference: string): Misnamed | undefined {
  const [service, variable] = halves(reference);
  const known = [...Object.keys(project.services), ...Object.keys(project.disabledServices)];
  const near = known.includes(service) ? undefined : nearest(service, known, 2);
  return near === undefined
    ? undefined
    : { name: reference, why: "nothing in the stack sets", near: `${near}.${variable}` };
}

/** The service and the variable of a reference. */
function halves(reference: string): readonly [string, string] {
  const dot = reference.lastIndexOf(".");
  return [reference.slice(0, dot), reference.slice(dot + 1)];
}

function leadsNowhere(
  { project }: StackTexts,
  place: Reference | Part,
  decided: Decided | undefined,
  reason: string,
): Diagnostic {
  const reference = typeof place === "string" ? place : "variable" in place ? place.variable : undefined;
  const [service, variable] = halves(reference ?? "");
  const near = nearest(variable, Object.keys(project.services[service]?.environment ?? {}));
  return {
    code: "kube-job-reference",
    severity: "error",
    message: `Decision "${decided}" names "${referenceText(place)}", ${reason}`,
    ...decided?.place,
    hint: near === undefined || near === variable
      ? "Remove it, or correct it"
      : `Did you mean "${service}.${near}"?`,
  };
}

function differs(
  { path }: SharedSecret,
  first: Reference | Part,
  other: Reference | Part,
  firstSpan: Span | undefined,
  span: Span | undefined,
): Diagnostic {
  const name = referenceText(first);
  return {
    code: "kube-secret-differs",
    severity: "error",
    message: `"${name}" and "${referenceText(other)}" must hold the same secret and differ`,
    ...(span === undefined ? {} : { span }),
    hint: `Write one value into all of them, or finish a change that was interrupted, with: ` +
      `deno task secrets set ${shellWord(name)}; decision "${path}" says that they must be equal`,
    ...(firstSpan === undefined ? {} : { related: [{ message: `"${name}" is set here`, span: firstSpan }] }),
  };
}
