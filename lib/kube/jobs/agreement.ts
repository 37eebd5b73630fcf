/** Checks that one secret that stands in several places is the same in all of them, without showing any. */
import type { Conversion } from "../conversion.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { JobDecisions, Reference } from "./decisions.ts";
import { findPlace, referenceText } from "./reference.ts";
import { isLeftOut } from "./sources.ts";

/** One secret with every place that holds it, the first being the one that programs' users are made from. */
export interface SharedSecret {
  /** The decision: `databases.faf-db.users.faf-java-api`. */
  readonly path: string;
  /** The service whose Job makes a changed value true, such as `faf-db`. */
  readonly server: string;
  readonly places: readonly Reference[];
}

interface Held {
  readonly password: Reference;
  readonly same?: readonly Reference[] | undefined;
}

type Servers = Readonly<
  Record<string, { readonly admin: Held; readonly users?: Readonly<Record<string, Held>> | undefined }>
>;

/** Every secret that the decisions name, in their order. */
export function sharedSecrets(decisions: JobDecisions): SharedSecret[] {
  const servers: readonly (readonly [string, Servers | undefined])[] = [
    ["databases", decisions.databases],
    ["brokers", decisions.brokers],
  ];
  const ofServers = servers.flatMap(([group, named]) =>
    Object.entries(named ?? {}).flatMap(([server, { admin, users }]) => [
      { path: `${group}.${server}.admin`, server, places: [admin.password, ...admin.same ?? []] },
      ...Object.entries(users ?? {}).map(([user, { password, same }]) => ({
        path: `${group}.${server}.users.${user}`,
        server,
        places: [password, ...same ?? []],
      })),
    ])
  );
  const ofClients = Object.entries(decisions.identity ?? {}).flatMap(([server, { clients }]) =>
    Object.entries(clients ?? {}).flatMap(([id, { secret, same }]) =>
      secret === undefined
        ? []
        : [{ path: `identity.${server}.clients.${id}`, server, places: [secret, ...same ?? []] }]
    )
  );
  return [...ofServers, ...ofClients];
}

/** An error for every place whose value differs from the first, and for every place that does not exist. */
export function checkAgreement(conversion: Conversion, decisions: JobDecisions): Diagnostic[] {
  return sharedSecrets(decisions).flatMap(({ path, places }) => {
    const [first, ...others] = places.filter((reference) => !isLeftOut(conversion, reference));
    const value = first === undefined ? undefined : findPlace(conversion, first)?.value;
    return others.flatMap((other): Diagnostic[] => {
      const place = findPlace(conversion, other);
      if (place === undefined) {
        return [{
          code: "kube-job-reference",
          severity: "error",
          message: `Decision "${path}" names "${referenceText(other)}", which nothing in the stack sets`,
          hint: "Remove it from same, or correct the name",
        }];
      }
      if (first === undefined || value === undefined || place.value === undefined) return [];
      return isSame(value, place.value) ? [] : [{
        code: "kube-secret-differs",
        severity: "error",
        message: `"${referenceText(first)}" and "${
          referenceText(other)
        }" must hold the same secret and differ`,
        hint: `Correct one of them; decision "${path}" says that they belong together`,
      }];
    });
  });
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
