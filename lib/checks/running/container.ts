/** What an engine told of the containers of a stack: with what they were started, and whether they run. */

/** One container of a service. Runs of `docker compose run` are none. */
export interface StartedContainer {
  readonly name: string;
  readonly service: string;
  /** The compose project that it belongs to. */
  readonly project: string;
  /** As the Engine API names it: `running`, `paused`, `restarting`, `exited`, `created`, `dead`, `removing`. */
  readonly state: string;
  readonly exitCode: number;
  /** The kernel ended it, as it had no memory left. */
  readonly isOutOfMemory: boolean;
  /** `healthy`, `unhealthy`, `starting`; absent without a health check. */
  readonly health?: string;
  /** The reference that it was started from, and every digest by which the engine knows that image. */
  readonly image: string;
  readonly imageIds: readonly string[];
  /** What its image says by itself; absent where the engine has it no more. */
  readonly ofImage?: Started;
  readonly started: Started;
  readonly mounts: readonly StartedMount[];
  /** By name of the network: the names that it has there. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** `host`, `none`, `container:ID`, or the name of a network. */
  readonly networkMode: string;
  /** `127.0.0.1:8080->80/tcp`; without a number where the engine chooses one. */
  readonly ports: readonly string[];
  /** Compose's digest of the service as it was, and the version of compose that made it. */
  readonly configHash?: string;
  readonly composeVersion?: string;
}

/** How a program is started. */
export interface Started {
  /** `NAME=value`, or `NAME` alone for one that was taken away. */
  readonly environment: readonly string[];
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Paths of `VOLUME`. */
  readonly volumes: readonly string[];
}

/** A mount of a container. */
export interface StartedMount {
  readonly type: string;
  /** Of a volume: its name in the engine. */
  readonly name?: string;
  readonly source?: string;
  readonly target: string;
  readonly isWritable: boolean;
}

/** All that was seen of a stack. */
export interface RunningStack {
  readonly containers: readonly StartedContainer[];
  /** By reference: every digest by which the engine knows what the name means now; absent where it has none. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  /** Other compose projects whose containers were started from this folder, with the services that they have. */
  readonly otherProjects: ReadonlyMap<string, readonly string[]>;
  /** What `docker compose config --hash` says now, by service; absent where nobody could be asked. */
  readonly hashes?: { readonly version: string; readonly byService: ReadonlyMap<string, string> };
}
