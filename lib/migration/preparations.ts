/** What prepares servers and people, made from decisions: users, schemas, clients, timers, roles. */
import { guardedBy } from "../kube/access/guarded.ts";
import { accessObjects } from "../kube/access/objects.ts";
import type { Conversion } from "../kube/conversion.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { preparation, timed } from "../kube/jobs/preparations.ts";
import type { PlannedObject } from "../kube/object.ts";

/** The objects of one purpose, in order; Jobs among them are waited for. Empty where nothing is decided. */
export interface Preparations {
  /** Databases, virtual hosts, users, grants of a server. */
  users(service: string): readonly PlannedObject[];
  /** An identity server's own tables. */
  schema(service: string): readonly PlannedObject[];
  /** In place of a broker's own workload and Services, where a chart was decided. */
  chart(service: string): readonly PlannedObject[];
  /** Who may log in by an identity server. */
  clients(service: string): readonly PlannedObject[];
  /** Calls over HTTP that a program needs once it is ready. */
  calls(service: string): readonly PlannedObject[];
  /** Backups and statements at a time, with what they write to. */
  timers(): readonly PlannedObject[];
  /** Roles for people, and who has them. */
  access(): readonly PlannedObject[];
}

/** Made when they are asked for; the digests in them are symbols of the conversion. */
export function preparationsFor(
  conversion: Conversion,
  decisions: Decisions,
): Preparations {
  const prepare = (
    purpose: "users" | "schema" | "clients" | "chart" | "calls",
    service: string,
  ): readonly PlannedObject[] => preparation(purpose, conversion, decisions, service).objects;
  return {
    users: (service) => prepare("users", service),
    schema: (service) => prepare("schema", service),
    chart: (service) => prepare("chart", service),
    clients: (service) => prepare("clients", service),
    calls: (service) => prepare("calls", service),
    timers: () => [...timed(conversion, decisions).objects, ...conversion.scheduled],
    access: () => {
      const { access } = decisions;
      if (access === undefined) return [];
      return accessObjects(conversion.namespace, access, guardedBy(conversion, decisions));
    },
  };
}
