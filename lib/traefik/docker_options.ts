/** The options of `providers.docker` that decide what labels become. */

export interface DockerOptions {
  readonly exposedByDefault: boolean;
  readonly constraints: string;
  readonly network: string;
  readonly defaultRule: string;
  /** Whose labels Traefik reads, and after which its elements are called: those of containers, or of swarm's services. */
  readonly provider: Provider;
  /** Of the Traefik that reads them, as its image's tag says; absent: the newest. */
  readonly version?: string;
}

/**
 * `swarm`: `providers.swarm` of Traefik 3; `swarmMode`: the Docker provider of Traefik 2 that is told so; `both`: Docker
 * and `providers.swarm` side by side.
 */
export type Provider = "docker" | "swarmMode" | "swarm" | "both";

/** Of swarm it gets services, whose labels are those below `deploy`, and no ports (pkg/provider/docker/pswarm.go). */
export function asksSwarmAlone(provider: Provider): boolean {
  return provider === "swarm" || provider === "swarmMode";
}

/** Traefik's own defaults (pkg/provider/docker/shared.go). */
export const defaultDockerOptions: DockerOptions = {
  exposedByDefault: true,
  constraints: "",
  network: "",
  defaultRule: "Host(`{{ normalize .Name }}`)",
  provider: "docker",
};
