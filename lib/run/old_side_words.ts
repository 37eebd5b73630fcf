/** What is said of the engine's side of a cutover. */
import type { Diagnostic, Severity } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";
import type { ContainerRef, ContainerState } from "../docker/change_containers.ts";
import type { EngineError } from "../docker/engine.ts";
import type { ServiceContainer } from "../docker/service_containers.ts";

export function notEnding({ name, service, stopSignal, stopSeconds }: ServiceContainer): Diagnostic {
  return {
    code: "run-not-stopping",
    severity: "error",
    message: `Container "${name}" has not ended within ${stopSeconds} s of ${stopSignal}, ` +
      "after which Docker would kill it",
    hint: `To give it more time: services: { ${yamlWord(service ?? name)}: { stopGracePeriod: ${
      Math.max(60, stopSeconds * 6)
    } } }; or to kill it then, as Docker does: killAfterGrace: true`,
  };
}

export function notBarred({ name }: ContainerRef): Diagnostic {
  return {
    code: "run-start-not-barred",
    severity: "warning",
    message:
      `Container "${name}" has a network mode that allows no other network, so it can still be started by hand or by ` +
      "docker compose up while the cluster serves it: two writers on one directory destroy its data",
    hint: `Do not start it or its project; it does not start by itself`,
  };
}

/** There is nothing to go back to. @param name of the container @param host where its engine answers */
export function containerGone({ name, host }: ContainerRef): Diagnostic {
  return {
    code: "run-container-gone",
    severity: "error",
    message: `Container "${name}" no longer exists at ${host}: it was removed after it was stopped`,
    hint:
      "Create it again without starting it, with docker compose up --no-start --no-deps and its service, " +
      "and run the same command again",
  };
}

/** @param anew those that somebody made in its place */
export function madeAnew({ name, host }: ContainerRef, anew: readonly ContainerRef[]): Diagnostic {
  const others = anew.map((one) => `"${one.name}"`).join(", ");
  return {
    code: "run-container-gone",
    severity: "warning",
    message: `Container "${name}" no longer exists at ${host}: it was removed after it was stopped${
      anew.length === 0 ? "" : `, and ${others} was created instead, to which the service goes back`
    }`,
    hint: "Check with docker inspect that the new containers are the ones you want",
  };
}

/** @param severity a warning where the container runs, so that nothing better can be done than to let it */
export function notServing(
  { name }: ContainerRef,
  { isActive, health, exitCode }: ContainerState,
  severity: Severity,
): Diagnostic {
  return {
    code: "run-container-not-serving",
    severity,
    message: isActive
      ? `Container "${name}" was started again and is not healthy yet (${health})`
      : `Container "${name}" was started again and has ended (exit code ${exitCode})`,
    hint: `Look at what it says: docker logs ${shellWord(name)}`,
  };
}

/** It ends some time, and then stays down: the engine brings nothing back that was told to end. */
export function mayStillEnd({ name }: ContainerRef): Diagnostic {
  return {
    code: "run-may-still-end",
    severity: "warning",
    message:
      `Container "${name}" was told to end, and still runs: it serves the service again, but when it ends it ` +
      "stays down, whatever its restart policy is",
    hint: `Restart it at a quiet hour: docker restart ${shellWord(name)}`,
  };
}

export function engineFailed({ name, host }: ContainerRef, error: EngineError): Diagnostic {
  return {
    code: "run-engine-failed",
    severity: "error",
    message:
      `The engine at "${host}" failed to carry out a request for container "${name}": ${error.message}`,
    hint: error.hint ??
      `${
        error.status === undefined ? "When it answers again" : "Fix what it reports"
      }, then run the same command: it continues where it stopped`,
  };
}
