/** What a probe says of where it runs, as `probe/` writes it, and what is asked of it from outside. */

/** A mount that a process sees. */
export interface Mount {
  readonly target: string;
  readonly type: string;
  readonly readOnly: boolean;
  /** Those of noexec, nosuid and nodev that it has, in this order of letters. */
  readonly options: string;
  readonly propagation: string;
  /** Bytes of a file system in memory; 0 for any other. */
  readonly size: number;
  /** "yes", or why not; empty where nobody tried. */
  readonly writable: string;
  readonly directory: boolean;
  /** Kind, mode, owner and digest, by path below the target; "." is the target itself. */
  readonly entries: Readonly<Record<string, string>> | null;
  readonly identity: string;
}

/** What a process sees without asking anybody. */
export interface View {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly status: Readonly<Record<string, string>>;
  readonly umask: string;
  readonly limits: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly domainname: string;
  readonly oomScoreAdj: string;
  readonly pid: number;
  readonly stdin: string;
  readonly stdout: string;
  readonly files: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Mode and number, by name below /dev. */
  readonly devices: Readonly<Record<string, string>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly cgroup: Readonly<Record<string, string>>;
  /** The kernel's names of its namespaces, by kind. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly processes: readonly string[];
  /** Bytes that the machine has. */
  readonly memory: number;
}

/** What is behind a name: its addresses, and who told a name of their own at each port; nobody is "". */
export interface Sight {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ports: Readonly<Record<string, string>>;
  /** The service whose name it is, and the ports that were asked for, as `8080/tcp`. */
  readonly owner?: string;
  readonly asked?: readonly string[];
}

/** A start of the image's programs by somebody else, such as a healthcheck. */
export interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly uid: number;
}

/** A line of a probe's log. */
export interface ProbeEvent {
  readonly event: "start" | "end" | "signal";
  /** Nanoseconds of the machine's clock. */
  readonly at: number;
  readonly signal?: string;
  readonly view?: View;
  /** Said at the start: whether it will end by itself. */
  readonly ends?: boolean;
}

/** One service on one side. */
export interface ServiceView {
  readonly view: View;
  /** Names that the side made up: the container's id, the pod's name. */
  readonly generated: readonly string[];
  /** Its own addresses. */
  readonly addresses: readonly string[];
  /** Healthchecks that came. */
  readonly calls: readonly Call[];
  readonly sights: readonly Sight[];
  /** Configs and secrets by path: mode, owner and digest, and whether it can write them. */
  readonly handed: Readonly<Record<string, { readonly is: string; readonly writable: string }>>;
  /** Where they lie, also of a service that has ended and cannot be asked for them. */
  readonly handedAt?: readonly string[];
  /** What it could not listen on, and why. */
  readonly deaf: Readonly<Record<string, string>>;
  /** Services of `depends_on` that had begun (or ended, or been healthy) before it began. */
  readonly after: Readonly<Record<string, boolean>>;
  /** The signal that ended it; undefined where nobody ended it. */
  readonly signal?: string;
  /** How often it was started within the time that it was looked at, when it ends by itself: "once" or "again". */
  readonly restarted?: string;
}

/** One stack on one side. */
export interface SideView {
  readonly services: Readonly<Record<string, ServiceView>>;
  /** The machine's own namespaces, by kind. */
  readonly machine: Readonly<Record<string, string>>;
  /** Who told a name at each published port: `node 8080/tcp`, `loopback 8080/tcp`, `other 8080/tcp`. */
  readonly published: Readonly<Record<string, string>>;
}
