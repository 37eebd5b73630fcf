/** The result of converting a project: objects by what they are for, and everything worth saying about it. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Dependency } from "../stack/dependencies.ts";
import type { ServicePort } from "../stack/ports.ts";
import type { Place } from "../stack/secrets/reference.ts";
import type { Digests } from "./digests.ts";
import { serviceLabel } from "../stack/names.ts";
import type { PlannedObject } from "./object.ts";
import type { ServiceRole, WorkloadKind } from "../stack/role.ts";

export type { WorkloadKind } from "../stack/role.ts";

/** The objects that one compose service became. */
export interface ConvertedService {
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly role: ServiceRole;
  /** What its pods run; absent where there are none. */
  readonly image?: string;
  /** Where the variables of its pods are kept. */
  readonly variables: ReadonlyMap<string, Place>;
  /** The service in whose pod it runs, where that is another one. */
  readonly inPodOf?: string;
  /** Its workload; empty where `kind` is `none`, and where it runs in the pod of another service. */
  readonly workload: readonly PlannedObject[];
  /** The Services for each name by which it is reached. */
  readonly network: readonly PlannedObject[];
  /** Names of the ConfigMaps and Secrets it reads (they are applied together, before any workload). */
  readonly configuration: readonly PlannedObject[];
  /** IngressRoutes and the like for its routers. */
  readonly routes: readonly PlannedObject[];
  /** Services that it needs, with the reason, by name. */
  readonly dependsOn: readonly Dependency[];
}

/** The name by which the run's own Jobs reach a service: that of the pod that it is in. */
export function hostNameOf({ services }: Pick<Conversion, "services">, service: string): string {
  return serviceLabel(services.get(service)?.inPodOf ?? service);
}

/** What the cluster's DNS is told. */
export interface ClusterNames {
  readonly objects: readonly PlannedObject[];
  /** The names that it then answers, in lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Everything, ready for migrations to choose from and order. */
export interface Conversion {
  readonly namespace: string;
  /** What the symbols in its objects stand for; whoever makes more objects takes symbols of it. */
  readonly digests: Digests;
  readonly services: ReadonlyMap<string, ConvertedService>;
  /** Whether its namespaces have policies that keep services apart which share no network. */
  readonly isolated: boolean;
  /** Namespace(s), quotas, limits, network policies. */
  readonly namespaces: readonly PlannedObject[];
  /** StorageClass, PersistentVolumes, PersistentVolumeClaims. */
  readonly storage: readonly PlannedObject[];
  /** All ConfigMaps and Secrets of all services, one per content. */
  readonly configuration: readonly PlannedObject[];
  /** Services for the names of other projects' services on shared networks. */
  readonly neighbours: readonly PlannedObject[];
  /** What the cluster's CoreDNS answers in place of Services. */
  readonly clusterNames: ClusterNames;
  /** HelmChartConfig, TLSOption, TLSStore, ServersTransport, Middleware: what routes refer to. */
  readonly traefik: readonly PlannedObject[];
  /** Whether something is used that not every Traefik 3 has, so that it matters which one the cluster runs. */
  readonly usesNewerTraefik: boolean;
  /** Routes that belong to no service (dynamic files of Traefik). */
  readonly routes: readonly PlannedObject[];
  /** Services that take ports of the node from whoever holds them: Traefik's, and those of published ports. */
  readonly front: readonly PlannedObject[];
  /** CronJobs of a scheduler of the stack, and the rights that they need. */
  readonly scheduled: readonly PlannedObject[];
  /** What the Secrets among them hold, by name and key. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** The ports of each service, with the evidence for each. */
  readonly ports: ReadonlyMap<string, readonly ServicePort[]>;
  /** What was found on the way. */
  readonly findings: readonly Diagnostic[];
}
