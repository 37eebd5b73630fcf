/** The result of converting a project: objects by what they are for, and everything worth saying about it. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { PlannedObject } from "./object.ts";

/** The workload kinds that a service can become. `none`: replaced by something named (see the findings). */
export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "none";

/** The objects that one compose service became. */
export interface ConvertedService {
  readonly name: string;
  readonly kind: WorkloadKind;
  /** Its workload; empty where `kind` is `none`. */
  readonly workload: readonly PlannedObject[];
  /** The Services for each name by which it is reached. */
  readonly network: readonly PlannedObject[];
  /** Names of the ConfigMaps and Secrets it reads (they are applied together, before any workload). */
  readonly configuration: readonly PlannedObject[];
  /** IngressRoutes and the like for its routers. */
  readonly routes: readonly PlannedObject[];
  /** Services that it needs, with the evidence, by name. */
  readonly dependsOn: readonly string[];
}

/** Everything, ready for migrations to choose from and order. */
export interface Conversion {
  readonly namespace: string;
  readonly services: ReadonlyMap<string, ConvertedService>;
  /** Namespace(s), quotas, limits. */
  readonly namespaces: readonly PlannedObject[];
  /** StorageClass, PersistentVolumes, PersistentVolumeClaims. */
  readonly storage: readonly PlannedObject[];
  /** All ConfigMaps and Secrets of all services, one per content. */
  readonly configuration: readonly PlannedObject[];
  /** HelmChartConfig, TLSOption, TLSStore, ServersTransport, Middleware: what routes refer to. */
  readonly traefik: readonly PlannedObject[];
  /** Routes that belong to no service (dynamic files of Traefik). */
  readonly routes: readonly PlannedObject[];
  /** Services that take ports of the node from whoever holds them: Traefik's, and those of published ports. */
  readonly front: readonly PlannedObject[];
  readonly findings: readonly Diagnostic[];
}
