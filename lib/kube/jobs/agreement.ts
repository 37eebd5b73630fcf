/** Checks that one secret that stands in several places is the same in all of them, without showing any. */
import type { Conversion } from "../conversion.ts";
import type { Diagnostic, Span } from "../../diagnostics/diagnostic.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { label } from "../names.ts";
import { relativePath } from "../relative_path.ts";
import type { JobDecisions, Part, Reference } from "./decisions.ts";
import { heldAt, isNotMoved, mountedFile, mountedFiles, type StackTexts } from "./held.ts";
import { referenceText } from "./reference.ts";

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
    Object.entries(named ?? {}).flatMap(([server, { admin, users }]) => [
      {
        path: `${group}.${server}.admin`,
        server,
        job: label(`${server}-users`),
        isAdmin: true,
        places: [admin.password, ...admin.same ?? []],
      },
      ...Object.entries(users ?? {}).map(([user, { password, same }]) => ({
        path: `${group}.${server}.users.${user}`,
        server,
        job: label(`${server}-users`),
        isAdmin: false,
        places: [password, ...same ?? []],
      })),
    ])
  );
  const ofClients = Object.entries(decisions.identity ?? {}).flatMap(([server, { clients }]) =>
    Object.entries(clients ?? {}).flatMap(([id, { secret, same }]) =>
      secret === undefined ? [] : [{
        path: `identity.${server}.clients.${id}`,
        server,
        job: label(`${server}-clients`),
        isAdmin: false,
        places: [secret, ...same ?? []],
      }]
    )
  );
  const others = Object.entries(decisions.agree ?? {}).map(([name, places]) => ({
    path: `agree.${name}`,
    isAdmin: false,
    places,
  }));
  return [...ofServers, ...ofClients, ...others];
}

/** An error for every place whose value differs from the first, and for every place that does not exist. */
export function checkAgreement(
  conversion: Conversion,
  texts: StackTexts,
  decisions: JobDecisions,
): Diagnostic[] {
  return sharedSecrets(decisions).flatMap((shared) => {
    const misnamed = shared.places.flatMap((place) => misnamedFile(texts, shared, place));
    const [first, ...others] = shared.places.filter((place) => !isNotMoved(conversion, texts, place));
    const held = first === undefined ? undefined : heldAt(conversion, texts, first);
    const findings = others.flatMap((other): Diagnostic[] => {
      const there = heldAt(conversion, texts, other);
      if ("reason" in there) return [leadsNowhere(shared, other, there.reason)];
      if (first === undefined || held === undefined || "reason" in held) return [];
      if (held.value === undefined || there.value === undefined || held.value === there.value) return [];
      return [differs(shared, first, other, held.span, there.span)];
    });
    return [...misnamed, ...findings];
  });
}

/** A file that nothing mounts may belong to a compose file that is not loaded; one that is almost mounted does not. */
function misnamedFile(texts: StackTexts, { path }: SharedSecret, place: Reference | Part): Diagnostic[] {
  if (typeof place === "string" || !("file" in place) || mountedFile(texts, place.file) !== undefined) {
    return [];
  }
  const known = mountedFiles(texts).map((file) => `./${relativePath(texts.project, file.path)}`);
  const near = nearest(place.file, known);
  if (near === undefined) return [];
  return [{
    code: "kube-job-reference",
    severity: "error",
    message: `Decision "${path}" names "${place.file}", which no service of this stack mounts`,
    hint: `Did you mean "${near}"?`,
  }];
}

function leadsNowhere({ path }: SharedSecret, place: Reference | Part, reason: string): Diagnostic {
  return {
    code: "kube-job-reference",
    severity: "error",
    message: `Decision "${path}" names "${referenceText(place)}", ${reason}`,
    hint: "Remove it from same, or correct it",
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
      `deno task secrets set ${name}; decision "${path}" says that they belong together`,
    ...(firstSpan === undefined ? {} : { related: [{ message: `"${name}" is set here`, span: firstSpan }] }),
  };
}
