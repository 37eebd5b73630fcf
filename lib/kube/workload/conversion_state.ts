/** What a pod is made of: what is known while the stack is converted, and the service. */
import type { Service } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { ConfigurationObjects } from "../configuration/objects.ts";
import type { Digests } from "../digests.ts";
import type { SecretNote, Secrets } from "../../stack/secrets/classification.ts";
import type { Context } from "../../stack/context.ts";
import type { ServiceDecision } from "../../decisions/decisions.ts";
import type { HostReference } from "../../stack/network/references.ts";
import type { PodGroups } from "../../stack/pod_groups.ts";
import type { Published } from "../../stack/published_port.ts";
import type { Reach } from "../../stack/reach.ts";
import type { ServicePort } from "../../stack/ports.ts";
import type { BindTreatment } from "../../stack/storage/bind_treatment.ts";
import type { VolumeRole } from "../../stack/storage/volume_roles.ts";
import type { Claims } from "../storage/volumes.ts";

/** Everything known about the stack while one service is converted. */
export interface ConversionState {
  readonly context: Context;
  readonly digests: Digests;
  readonly secrets: Secrets;
  readonly objects: ConfigurationObjects;
  readonly claims: Claims;
  readonly roles: ReadonlyMap<string, BindTreatment>;
  readonly volumes: ReadonlyMap<string, VolumeRole>;
  readonly ports: ReadonlyMap<string, readonly ServicePort[]>;
  /** By service: ports of the node that its pod takes itself. */
  readonly hostPorts: ReadonlyMap<string, readonly Published[]>;
  readonly references: readonly HostReference[];
  /** Which services are one pod. */
  readonly groups: PodGroups;
  /** Who reaches whom. */
  readonly reach: Reach;
  /** Configuration that compose leaves writable and a pod cannot, for one report. */
  readonly writable: WritableNote[];
  /** Mounts that are filled from their images, for one report. */
  readonly filled: FilledNote[];
  /** What is kept in Secrets and why, for one report. */
  readonly notes: SecretNote[];
}

/** Configuration that a program could have written to. */
export interface WritableNote {
  readonly service: string;
  readonly target: string;
  readonly span: Span;
}

/** One mount that is filled from the image where it is empty. */
export interface FilledNote {
  /** Which volume, so that one of several services is one. */
  readonly volume: string;
  readonly image: string;
  readonly target: string;
  readonly span?: Span;
}

/** One service with the decisions about it. */
export interface DecidedService {
  readonly service: Service;
  readonly decision: ServiceDecision;
}
