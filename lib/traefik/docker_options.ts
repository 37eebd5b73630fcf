/** The options of `providers.docker` that decide what labels become. */

export interface DockerOptions {
  readonly exposedByDefault: boolean;
  readonly constraints: string;
  readonly network: string;
  readonly defaultRule: string;
}

/** Traefik's own defaults (pkg/provider/docker/shared.go). */
export const defaultDockerOptions: DockerOptions = {
  exposedByDefault: true,
  constraints: "",
  network: "",
  defaultRule: "Host(`{{ normalize .Name }}`)",
};
