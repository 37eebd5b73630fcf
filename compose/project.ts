/**
 * The typed compose project: the canonical (long) form of the compose specification, keys in its spelling,
 * as compose-go v2.16.2 prints it, plus the place where each value was written.
 */
import type { Diagnostic, Sources, Span } from "../lib/diagnostics/diagnostic.ts";
import type { Written } from "./interpolation/written.ts";

/** Keys and indices from the project's root: `["services", "web", "ports", 0]`. */
export type Path = readonly (string | number)[];

/**
 * A complete project: every value in its canonical type, paths absolute, variables interpolated. Paths of the host are as
 * the engine takes them, and in `canonical` as compose-go prints them.
 */
export interface Project {
  readonly name: string;
  /** Absolute path against which relative paths were resolved. */
  readonly workingDir: string;
  /** The compose files, absolute, in the order of merging. */
  readonly composeFiles: readonly string[];
  /** The variables that interpolation saw: shell over `--env-file` over `.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, Network>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  readonly configs: Readonly<Record<string, FileObject>>;
  readonly secrets: Readonly<Record<string, FileObject>>;
  /** Services that exist but whose profiles are not active. */
  readonly disabledServices: Readonly<Record<string, Service>>;
  /** The canonical tree, as compose-go's `MarshalJSON` would print it. */
  readonly canonical: Readonly<Record<string, unknown>>;
  /**
   * Where a value was written: of `path` in the canonical tree, or of its nearest ancestor that has a place.
   * An environment variable that came from an `env_file` points into that file.
   */
  span(path: Path): Span | undefined;
  /** The characters that the value at `path` was read from, with the variables still in it. */
  written(path: Path): Written | undefined;
  /** Where a variable for interpolation was written; undefined where it comes from the shell or is not set. */
  variable(name: string): Written | undefined;
}

/** A service in canonical form. Keys that are absent were not set; `extension` keys (`x-*`) stay in `canonical`. */
export interface Service {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly build?: Readonly<Record<string, unknown>>;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cgroup_parent?: string;
  /** `null` or absent: the image's own; `[]`: emptied on purpose. */
  readonly command?: readonly string[] | null;
  readonly configs?: readonly FileReference[];
  readonly container_name?: string;
  readonly cpus?: number;
  readonly cpu_shares?: number;
  readonly cpuset?: string;
  readonly depends_on?: Readonly<Record<string, Dependency>>;
  readonly deploy?: Deploy;
  readonly device_cgroup_rules?: readonly string[];
  readonly devices?: readonly { source: string; target?: string; permissions?: string }[];
  readonly dns?: readonly string[];
  readonly dns_opt?: readonly string[];
  readonly dns_search?: readonly string[];
  readonly domainname?: string;
  readonly entrypoint?: readonly string[] | null;
  readonly env_file?: readonly { path: string; required?: boolean; format?: string }[];
  /** With `env_file` resolved into it. `null`: named without a value and not set anywhere. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly expose?: readonly string[];
  readonly external_links?: readonly string[];
  /** Host name to its addresses. */
  readonly extra_hosts?: Readonly<Record<string, readonly string[]>>;
  readonly gpus?: readonly DeviceRequest[];
  readonly group_add?: readonly string[];
  readonly healthcheck?: Healthcheck;
  readonly hostname?: string;
  readonly image?: string;
  readonly init?: boolean;
  readonly ipc?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
  readonly logging?: { driver?: string; options?: Readonly<Record<string, string>> };
  readonly mem_limit?: string;
  readonly mem_reservation?: string;
  readonly memswap_limit?: string;
  readonly network_mode?: string;
  readonly networks?: Readonly<Record<string, ServiceNetwork | null>>;
  readonly pid?: string;
  readonly pids_limit?: number;
  readonly platform?: string;
  readonly ports?: readonly Port[];
  readonly privileged?: boolean;
  readonly profiles?: readonly string[];
  readonly pull_policy?: string;
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly runtime?: string;
  readonly scale?: number;
  readonly secrets?: readonly FileReference[];
  readonly security_opt?: readonly string[];
  readonly shm_size?: string;
  readonly stdin_open?: boolean;
  /** A duration in Go's print, such as `1m30s`. */
  readonly stop_grace_period?: string;
  readonly stop_signal?: string;
  readonly storage_opt?: Readonly<Record<string, string>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly tmpfs?: readonly string[];
  readonly tty?: boolean;
  readonly ulimits?: Readonly<Record<string, number | { soft: number; hard: number }>>;
  readonly user?: string;
  readonly volumes?: readonly Mount[];
  readonly volumes_from?: readonly string[];
  readonly working_dir?: string;
  /** Every other key of the specification, in canonical form. */
  readonly [key: string]: unknown;
}

export interface Dependency {
  readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";
  readonly required?: boolean;
  readonly restart?: boolean;
}

export interface Healthcheck {
  readonly test?: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly start_period?: string;
  readonly start_interval?: string;
  readonly retries?: number;
  readonly disable?: boolean;
}

export interface Deploy {
  readonly mode?: string;
  readonly replicas?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly resources?: {
    readonly limits?: Resources;
    readonly reservations?: Resources;
  };
  readonly restart_policy?: Readonly<Record<string, unknown>>;
  readonly update_config?: Readonly<Record<string, unknown>>;
  readonly rollback_config?: Readonly<Record<string, unknown>>;
  readonly placement?: Placement;
  readonly endpoint_mode?: string;
}

export interface Resources {
  /** As compose-go prints it: a number or a decimal string. */
  readonly cpus?: string | number;
  /** Bytes, as a decimal string. */
  readonly memory?: string;
  readonly pids?: number;
  readonly devices?: readonly DeviceRequest[];
  readonly generic_resources?: readonly { discrete_resource_spec?: { kind: string; value: number } }[];
}

/** Devices that a driver of the engine gives, such as GPUs. */
export interface DeviceRequest {
  readonly capabilities?: readonly string[];
  readonly driver?: string;
  /** -1: all. */
  readonly count?: number;
  readonly device_ids?: readonly string[];
}

/** Where swarm would run a service. */
export interface Placement {
  readonly constraints?: readonly string[];
  readonly preferences?: readonly { readonly spread?: string }[];
  readonly max_replicas_per_node?: number;
}

export interface Port {
  readonly mode?: string;
  readonly host_ip?: string;
  readonly target: number;
  /** The host's port or range, absent where the host picks one. */
  readonly published?: string;
  readonly protocol?: string;
  readonly name?: string;
  readonly app_protocol?: string;
}

export interface Mount {
  readonly type: "bind" | "volume" | "tmpfs" | "npipe" | "cluster" | "image";
  /** An absolute path for `bind`, as the engine takes it; the key under `volumes` for `volume`, absent for an anonymous one. */
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly bind?: { propagation?: string; create_host_path?: boolean; selinux?: string; recursive?: string };
  readonly volume?: { nocopy?: boolean; subpath?: string; labels?: Readonly<Record<string, string>> };
  readonly tmpfs?: { size?: string; mode?: number };
  readonly image?: { subpath?: string };
}

export interface ServiceNetwork {
  readonly aliases?: readonly string[];
  readonly ipv4_address?: string;
  readonly ipv6_address?: string;
  readonly [key: string]: unknown;
}

/** A reference to a config or secret from a service. */
export interface FileReference {
  readonly source: string;
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: string | number;
}

export interface Network {
  readonly name?: string;
  readonly driver?: string;
  readonly external?: boolean;
  readonly internal?: boolean;
  readonly [key: string]: unknown;
}

export interface Volume {
  readonly name?: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>>;
  readonly external?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** A top-level config or secret. */
export interface FileObject {
  readonly name?: string;
  readonly file?: string;
  readonly environment?: string;
  readonly content?: string;
  readonly external?: boolean;
  readonly [key: string]: unknown;
}

/** What `load` is given. Time, shell and disk come from outside, so the same input gives the same project. */
export interface LoadOptions {
  /** `--stack`: where compose files are looked for, and relative to which `files` are. */
  readonly directory: string;
  /** `-f`, in order; empty or absent: discovery by the specification's names and `COMPOSE_FILE`. */
  readonly files?: readonly string[];
  /** `--env-file`, in order; absent: `.env` of the project directory. */
  readonly envFiles?: readonly string[];
  readonly projectName?: string;
  readonly profiles?: readonly string[];
  /** docker-compose's `--compatibility`. */
  readonly compatibility?: boolean;
  /** The shell's variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that somebody decided: over those of files, below the shell's. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `leave`: an `env_file` that is not there has no variables, and nothing is said about it. */
  readonly missingEnvFiles?: "report" | "leave";
  /** Contents by real path that are read in place of what lies on disk. */
  readonly edited?: ReadonlyMap<string, Uint8Array>;
}

/** A project, or the reasons why there is none; warnings come with both. */
export interface Loaded {
  readonly project?: Project;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}
