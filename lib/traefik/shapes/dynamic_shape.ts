/** The whole dynamic configuration, and the labels that are about the docker provider itself. */
import { boolean, pointer, string, struct } from "./shape.ts";
import { http } from "./http_shape.ts";
import { tcp, udp } from "./tcp_udp_shape.ts";
import { tls } from "./tls_shape.ts";

export const dynamicShape = struct({ http, tcp, udp, tls });

/** Decoded with the prefixes `traefik.docker.` and `traefik.enable` (pkg/provider/docker/shared_labels.go). */
export const providerShape = struct({
  enable: pointer(boolean),
  docker: struct({ network: pointer(string), lbSwarm: boolean, allowNonRunning: boolean }),
  swarm: struct({ network: pointer(string), lbSwarm: boolean }),
});
