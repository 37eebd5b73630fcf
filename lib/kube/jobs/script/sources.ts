/** Collects the variables of one job from references, and the findings about those that lead nowhere. */
import { type Conversion, hostNameOf } from "../../conversion.ts";
import type { Diagnostic } from "../../../diagnostics/diagnostic.ts";
import { nearest } from "../../../diagnostics/nearest.ts";
import type { PlannedObject } from "../../object.ts";
import type { Decided } from "../../../decisions/decided.ts";
import type { Admin, Part, Reference } from "../../../decisions/jobs.ts";
import type { Variable } from "./job.ts";
import { CHANGE_NAME, previousKey } from "./secret_change.ts";
import { findPlace, isLeftOut, isWhole, referenceText } from "../../../stack/secrets/reference.ts";

/** Objects to apply in order, and what is wrong with the decisions that they were made from. */
export interface JobResult {
  readonly objects: readonly PlannedObject[];
  readonly findings: readonly Diagnostic[];
}

/** The references of one job. */
export class Sources {
  readonly findings: Diagnostic[] = [];
  readonly #conversion: Conversion;

  /** The name by which a service is reached. */
  hostNameOf(service: string): string {
    return hostNameOf(this.#conversion, service);
  }

  constructor(conversion: Conversion) {
    this.#conversion = conversion;
  }

  /**
   * `{NAME: place}` for a reference of the decision at `path`, or for the first of `same` that is there; a finding
   * where all lead nowhere.
   */
  variable(
    name: string,
    reference: Reference,
    path: Decided,
    same: readonly (Reference | Part)[] = [],
  ): Record<string, Variable> {
    for (const candidate of [reference, ...same].filter(isWhole)) {
      const place = findPlace(this.#conversion, candidate);
      if (place !== undefined) return { [name]: { place } };
    }
    this.findings.push({
      code: "kube-job-reference",
      severity: "error",
      message: `Decision "${path}" names "${referenceText(reference)}", which nothing in the stack sets`,
      ...path.place,
      hint: this.#suggestion(reference),
    });
    return {};
  }

  /** The finding for a decision about a service that the stack does not have or does not run. */
  missingService(path: Decided, service: string): Diagnostic {
    const known = this.#conversion.services.get(service);
    if (known === undefined) {
      const near = nearHint(service, [...this.#conversion.services.keys()]);
      return {
        code: "kube-decision-unused",
        severity: near === undefined ? "info" : "warning",
        message: `Decision "${path}" is about service "${service}", which this stack does not have`,
        ...path.place,
        hint: near ?? "Remove it, or load the compose file that has the service",
      };
    }
    return {
      code: "kube-job-service",
      severity: known.kind === "none" ? "info" : "error",
      message: known.kind === "none"
        ? `Decision "${path}" is about service "${service}", which is not moved`
        : `Decision "${path}" is about service "${service}", of which no image is known`,
      ...path.place,
      hint: known.kind === "none" ? "Nothing, or give an image there" : "Give an image there",
    };
  }

  #suggestion(reference: Reference): string {
    if (typeof reference !== "string") return "Create the Secret, or name a variable as service.VARIABLE";
    const service = reference.slice(0, reference.lastIndexOf("."));
    if (this.#conversion.services.has(service)) {
      return `Set it for service "${service}", or name another place`;
    }
    return nearHint(service, [...this.#conversion.services.keys()]) ?? `There is no service "${service}"`;
  }
}

/** The decided users without those that only programs need that are not moved, and a remark about each of these. */
export function neededUsers<
  User extends { readonly password: Reference; readonly same?: readonly (Reference | Part)[] | undefined },
>(
  conversion: Conversion,
  users: Readonly<Record<string, User>>,
  path: Decided,
): { readonly users: Readonly<Record<string, User>>; readonly findings: readonly Diagnostic[] } {
  const { needed, left } = parted(
    users,
    ({ password, same }) => isOfNobody(conversion, password, same),
  );
  return {
    users: needed,
    findings: left.map((name) =>
      leftOut(`User "${name}" of "${path}"`, path.at("users", name), "its password")
    ),
  };
}

/** The same of clients of a login server; one without a secret is everybody's. */
export function neededClients<
  Client extends {
    readonly secret?: Reference | undefined;
    readonly same?: readonly (Reference | Part)[] | undefined;
  },
>(
  conversion: Conversion,
  clients: Readonly<Record<string, Client>>,
  path: Decided,
): { readonly clients: Readonly<Record<string, Client>>; readonly findings: readonly Diagnostic[] } {
  const { needed, left } = parted(
    clients,
    ({ secret, same }) => secret !== undefined && isOfNobody(conversion, secret, same),
  );
  return {
    clients: needed,
    findings: left.map((name) =>
      leftOut(`Client "${name}" of "${path}"`, path.at("clients", name), "its secret")
    ),
  };
}

function parted<Login>(
  logins: Readonly<Record<string, Login>>,
  isUnneeded: (login: Login) => boolean,
): { readonly needed: Readonly<Record<string, Login>>; readonly left: readonly string[] } {
  const { left = [], needed = [] } = Object.groupBy(
    Object.entries(logins),
    ([, login]) => isUnneeded(login) ? "left" : "needed",
  );
  return { needed: Object.fromEntries(needed), left: left.map(([name]) => name) };
}

/** Whether only programs know the secret that are not moved, or that another compose file has. */
function isOfNobody(
  conversion: Conversion,
  first: Reference,
  same: readonly (Reference | Part)[] = [],
): boolean {
  if (![first, ...same].filter(isWhole).every((reference) => isLeftOut(conversion, reference))) return false;
  if (typeof first !== "string") return false;
  const service = first.slice(0, first.lastIndexOf("."));
  const known = [...conversion.services.keys()];
  // A name that is almost a service's is a slip of the pen, which is an error.
  return known.includes(service) || nearest(service, known) === undefined;
}

function leftOut(who: string, { place }: Decided, secret: string): Diagnostic {
  return {
    code: "kube-job-user-left-out",
    severity: "info",
    message: `${who} is not made: its program is not moved`,
    ...place,
    hint: `Nothing, or name another place of ${secret}`,
  };
}

/**
 * Name and password of an administrator, and the password before, where a change is under way: of the decided place,
 * else of the note that `secrets set` makes for `server`.
 */
export function adminVariables(
  sources: Sources,
  admin: Admin,
  path: Decided,
  server?: string,
): Record<string, Variable> {
  const { user, password, same } = admin;
  const previous = admin.previous ??
    (server === undefined ? undefined : { secret: CHANGE_NAME, key: previousKey(server) });
  return {
    ...(typeof user === "string"
      ? { ADMIN_USER: { text: user } }
      : sources.variable("ADMIN_USER", user.from, path.at("user", "from"))),
    ...sources.variable("ADMIN_PASSWORD", password, path.at("password"), same),
    ...(previous === undefined ? {} : {
      ADMIN_PREVIOUS_PASSWORD: {
        place: { kind: "Secret", name: previous.secret, key: previous.key },
        optional: true,
      },
    }),
  };
}

function nearHint(name: string, known: readonly string[]): string | undefined {
  const near = nearest(name, known);
  return near === undefined ? undefined : `Did you mean service "${near}"?`;
}
