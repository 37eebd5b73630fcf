/** The words that a migration script is written in. Scripts import this file and nothing else. */
import type { ServiceRole } from "../stack/role.ts";
import type { Step } from "./step.ts";

export type { ServiceRole } from "../stack/role.ts";

/**
 * One numbered script, the default export of `migrations/NNN_name.ts`.
 *
 * `plan` is synchronous and returns steps; it reads nothing but its argument, so that dry-run, diff, status
 * and the real run cannot disagree about what it does.
 */
export interface Migration {
  readonly title: string;
  /** One sentence for the operator: why this step exists and why it stands where it stands. */
  readonly why: string;
  /** Of the services that no script names, which it takes: `tiers()` returns them. */
  readonly takes?: readonly ServiceRole[];
  plan(stack: Stack): readonly Steps[];
}

/** A step, or steps to be taken in order; builders return these, scripts nest them freely. */
export type Steps = Step | readonly Steps[];

/** Names a service of the stack. Present or not: the builders skip what is absent and the plan says so. */
export interface ServiceName {
  readonly service: string;
}

/** What a script may use. */
export interface Stack {
  /** The compose service of that name; every script says by this which services are its business. */
  service(name: string): ServiceName;
  /** The services that `decisions.yaml` gives to this script (`services.<name>.migration`). */
  assigned(): readonly ServiceName[];
  /**
   * The services that this script takes by `takes` or by a decision and not by name, in tiers: each tier starts when what it
   * needs, which stands in a tier or a script before it, is there.
   */
  tiers(): readonly (readonly ServiceName[])[];
  /** Every service of the stack. */
  services(): readonly ServiceName[];
  /**
   * Starts services side by side and waits until each is ready, or complete where it is a Job; with the tables, users, clients
   * and calls that are decided for them.
   */
  start(services: readonly ServiceName[], options?: { readonly timeout?: string }): Steps;
  readonly kube: Objects;
  readonly wait: Waits;
  /** Something that only a person can do; the run prints it and goes on. */
  manual(instruction: string): Steps;
}

/** Builders for steps that apply objects. */
export interface Objects {
  /** Namespaces with their quotas and limits, and the fence against what a replaced run sends late. */
  namespaces(): Steps;
  /** StorageClass, PersistentVolumes and claims of the whole stack. */
  storage(): Steps;
  /** Every ConfigMap and Secret of the whole stack, before anything reads one. */
  configuration(): Steps;
  /** What routes refer to: Traefik's own settings, TLS, middlewares. */
  traefik(): Steps;
  /** The service's workload of whatever kind it became, with the Services by which it is reached. */
  workload(name: ServiceName): Steps;
  /** As `workload`, and an error where the conversion made something else of it. */
  statefulSet(name: ServiceName): Steps;
  /** As `workload`, and an error where the conversion made something else of it. */
  deployment(name: ServiceName): Steps;
  /** Applies the service's Job and waits until it is complete. */
  job(name: ServiceName, options?: { readonly timeout?: string }): Steps;
  /** Databases, virtual hosts, users and grants of a server, by Jobs that also follow changed passwords. */
  users(name: ServiceName): Steps;
  /** The tables of an identity server, before it starts. */
  schema(name: ServiceName): Steps;
  /** The clients of an identity server, by a Job that updates what exists. */
  clients(name: ServiceName): Steps;
  /** Calls over HTTP that the service needs once it is ready, such as one that loads its data, by Jobs. */
  calls(name: ServiceName): Steps;
  /** Backups and statements at a time, in place of the host's timers. */
  timers(): Steps;
  /** Roles for people, and who has them. */
  access(): Steps;
  /**
   * The routes of every service, and those that belong to none. A service whose workload comes with a later
   * script gets its routes there, after it: no route is opened before there is something to answer.
   */
  routes(): Steps;
  /** What takes ports of the node: from here on the world reaches the cluster, and a rollback gives them back. */
  front(): Steps;
}

/** Builders for steps that wait. */
export interface Waits {
  /** Until the service's workload is ready by its kind's rule. Default timeout: 10m. */
  ready(name: ServiceName, options?: { readonly timeout?: string }): Steps;
}

/** Marks an object as a migration, so that its shape is checked where it is written. */
export function migration(definition: Migration): Migration {
  return definition;
}
