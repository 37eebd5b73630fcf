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
    hint: `Decide that it has more time: services: { ${yamlWord(service ?? name)}: { stopGracePeriod: ${
      Math.max(60, stopSeconds * 6)
    } } }; or that it may be killed then, as Docker does: killAfterGrace: true`,
  };
}

export function notBarred({ name }: ContainerRef): Diagnostic {
  return {
    code: "run-start-not-barred",
    severity: "warning",
    message:
      `Container "${name}" has a network that allows no other, so that it could be started by hand or by ` +
      "docker compose up while the cluster serves it: two servers on one directory destroy what is in it",
    hint: `Start neither it nor its project; it does not come back by itself`,
  };
}

/** The code of what is said of a container that was started again and does not serve. */
export const NOT_SERVING = "run-container-not-serving";

/** There is nothing to go back to. @param name of the container @param host where its engine answers */
export function containerGone({ name, host }: ContainerRef): Diagnostic {
  return {
    code: "run-container-gone",
    severity: "error",
    message: `Container "${name}" is not there any more at ${host}: somebody removed it since it was stopped`,
    hint: "Make it again without starting it, docker compose up --no-start --no-deps with its service, " +
      "and run the same command again",
  };
}

/** @param anew those that somebody made in its place */
export function madeAnew({ name, host }: ContainerRef, anew: readonly ContainerRef[]): Diagnostic {
  const others = anew.map((one) => `"${one.name}"`).join(", ");
  return {
    code: "run-container-gone",
    severity: "warning",
    message: `Container "${name}" is not there any more at ${host}: somebody removed it since it was stopped${
      anew.length === 0 ? "" : `, and made ${others}, which the service goes back to`
    }`,
    hint: "See with docker inspect whether the containers that are there now are what you want",
  };
}

/** @param severity a warning where the container runs, so that nothing better can be done than to let it */
export function notServing(
  { name }: ContainerRef,
  { isActive, health, exitCode }: ContainerState,
  severity: Severity,
): Diagnostic {
  return {
    code: NOT_SERVING,
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
      "stays down, whatever its restart policy says",
    hint: `Restart it at a quiet hour: docker restart ${shellWord(name)}`,
  };
}

export function engineFailed({ name, host }: ContainerRef, error: EngineError): Diagnostic {
  return {
    code: "run-engine-failed",
    severity: "error",
    message:
      `The engine at "${host}" could not be told what to do with container "${name}": ${error.message}`,
    hint: error.hint ??
      `${
        error.status === undefined ? "When it answers again" : "Mend what it says"
      }, then run the same command: it goes on where it stopped`,
  };
}
