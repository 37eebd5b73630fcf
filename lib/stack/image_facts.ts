/** What there is to know of an image: told by an engine, or written in the table of known images. */
import type { Healthcheck } from "../../compose/project.ts";

/** What must be known of an image and is written in no compose file. */
export interface ImageFacts {
  /** Container ports of `EXPOSE`, whatever the protocol. */
  readonly exposedPorts: readonly number[];
  /** The same with their protocols, as Docker writes them: `514/udp`. */
  readonly exposed?: readonly string[];
  /** `USER` of the image; absent where it is not known, "" where it is root. */
  readonly user?: string;
  /** Names of its /etc/passwd. */
  readonly users?: Readonly<Record<string, number>>;
  /** It was neither pulled nor pushed: no registry is known that has it. */
  readonly isLocal?: boolean;
  /** Paths of `VOLUME`. */
  readonly volumes?: readonly string[];
  /** Paths at which it has nothing to fill an empty volume with. */
  readonly empty?: readonly string[];
  /** Its HEALTHCHECK, as compose would write it. */
  readonly healthcheck?: Healthcheck;
  /** Its SHELL, which runs the scripts of health checks; absent where it is the usual one. */
  readonly shell?: readonly string[];
}

/** Facts of the table: also what the program in the image is. */
export interface KnownImage extends ImageFacts {
  /** Names of its /etc/group, whose numbers are not always those of the users of the same names. */
  readonly groups?: Readonly<Record<string, number>>;
  /** On which its nodes talk among each other, where several are one cluster; of its documentation. */
  readonly clusterPorts?: readonly number[];
  /** Of a tag without a version: the path of VOLUME in older ones, which a mount there shows it to be. */
  readonly olderVolume?: string;
  /** Ports that it listens on without further configuration, where EXPOSE lists more. */
  readonly listens?: readonly number[];
  /** Empty directories of its own, which its program takes for itself where it starts as root. */
  readonly empty?: readonly string[];
  /** A database or broker: one instance, with an identity and its own directory. */
  readonly stateful?: boolean;
  /** Useful beside a Docker Engine only. */
  readonly dockerOnly?: string;
  /** But for where it has the machine's own files or processes. */
  readonly seesMachine?: boolean;
}
