/** Rights of pods that are the same for programs, their helpers and the run's own Jobs. */
import type { Json } from "../values/json.ts";

/**
 * Docker filters the system calls of every container that is not privileged, a pod is filtered only where it says so.
 * It holds for all containers of the pod that say nothing else; a privileged one is never filtered, as in Docker.
 */
export const SECCOMP: Json = { seccompProfile: { type: "RuntimeDefault" } };

/** For a helper that needs no right at all, whatever the program beside it has. */
export const UNPRIVILEGED: Json = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsGroup: 65534,
  runAsNonRoot: true,
  runAsUser: 65534,
};
