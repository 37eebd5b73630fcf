/** Collects the variables of one job from references, and the findings about those that lead nowhere. */
import type { Conversion } from "../conversion.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import type { PlannedObject } from "../object.ts";
import type { Admin, Reference } from "./decisions.ts";
import type { Variable } from "./job.ts";
import { containersOf, findPlace, referenceText } from "./reference.ts";

/** Objects to apply in order, and what is wrong with the decisions that they were made from. */
export interface JobResult {
  readonly objects: readonly PlannedObject[];
  readonly findings: readonly Diagnostic[];
}

/** The references of one job. */
export class Sources {
  readonly findings: Diagnostic[] = [];
  readonly #conversion: Conversion;

  constructor(conversion: Conversion) {
    this.#conversion = conversion;
  }

  /** `{NAME: place}` for a reference of the decision at `path`; a finding where it leads nowhere. */
  variable(name: string, reference: Reference, path: string): Record<string, Variable> {
    const place = findPlace(this.#conversion, reference);
    if (place !== undefined) return { [name]: { place } };
    this.findings.push({
      code: "kube-job-reference",
      severity: "error",
      message: `Decision "${path}" names "${referenceText(reference)}", which nothing in the stack sets`,
      hint: this.#suggestion(reference),
    });
    return {};
  }

  /** The finding for a decision about a service that the stack does not have or does not run. */
  missingService(path: string, service: string): Diagnostic {
    const near = nearest(service, [...this.#conversion.services.keys()]);
    return {
      code: "kube-job-service",
      severity: "error",
      message: `Decision "${path}" is about service "${service}", of which no image is known`,
      hint: near === undefined || near === service ? "Give an image there" : `Did you mean "${near}"?`,
    };
  }

  #suggestion(reference: Reference): string {
    if (typeof reference !== "string") return "Create the Secret, or name a variable as service.VARIABLE";
    const service = reference.slice(0, reference.lastIndexOf("."));
    if (this.#conversion.services.has(service)) {
      return `Set it for service "${service}", or name another place`;
    }
    const near = nearest(service, [...this.#conversion.services.keys()]);
    return near === undefined ? `There is no service "${service}"` : `Did you mean service "${near}"?`;
  }
}

/** Name and password of an administrator, and the password before, where a change is under way. */
export function adminVariables(sources: Sources, admin: Admin, path: string): Record<string, Variable> {
  const { user, password, previous } = admin;
  return {
    ...(typeof user === "string"
      ? { ADMIN_USER: { text: user } }
      : sources.variable("ADMIN_USER", user.from, `${path}.user`)),
    ...sources.variable("ADMIN_PASSWORD", password, `${path}.password`),
    ...(previous === undefined ? {} : {
      ADMIN_PREVIOUS_PASSWORD: {
        place: { kind: "Secret", name: previous.secret, key: previous.key },
        optional: true,
      },
    }),
  };
}

/** The image that a converted service runs. */
export function imageOfWorkload(conversion: Conversion, service: string): string | undefined {
  const workload = conversion.services.get(service)?.workload[0]?.object;
  const image = workload === undefined ? undefined : containersOf(workload)[0]?.["image"];
  return typeof image === "string" ? image : undefined;
}
