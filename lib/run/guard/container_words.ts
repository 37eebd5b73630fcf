/** How containers are spoken of: their state, and the commands that stop them and keep them stopped. */
import { shellWord } from "../../diagnostics/shell_word.ts";
import type { Container } from "../../docker/containers.ts";

/** Whether its processes are there, or will be in a moment. A paused one goes on where it stopped. */
export function isActive({ state }: Container): boolean {
  return state === "running" || state === "paused" || state === "restarting";
}

/**
 * Whether the engine starts it again when the engine itself starts, although it was stopped by hand: `always`, and
 * `on-failure` where its program did not end well, as one that was killed for being slow (moby, `restartmanager`).
 * `unless-stopped` remembers the hand; one that never ran is not started.
 */
export function comesBack({ state, restart, exitCode }: Container): boolean {
  return state === "stopped" && (restart === "always" || restart === "on-failure" && exitCode !== 0);
}

/** `still runs`, `is paused`. */
export function stateWords({ state }: Container): string {
  const words = { running: "still runs", paused: "is paused", restarting: "is being restarted" };
  return state in words ? words[state as keyof typeof words] : `is ${state}`;
}

/** ` of the rootless Docker Engine at unix://…`, of an engine that Docker's command does not ask by itself. */
export function whose({ engine }: Container): string {
  return engine.flags === "" ? "" : ` of the ${engine.title}`;
}

/** The command that stops it, and starts nothing again at the next boot as `restart: unless-stopped` has it. */
export function stopCommand(container: Container): string {
  const { name, project, service, engine: { flags } } = container;
  const stop = project === undefined || service === undefined
    ? `docker ${flags}stop ${shellWord(name)}`
    : `docker ${flags}compose -p ${shellWord(project)} stop ${shellWord(service)}`;
  return ["always", "on-failure"].includes(container.restart)
    ? `${keepCommand([container])} && ${stop}`
    : stop;
}

/** The command after which the engine does not start them by itself any more. */
export function keepCommand(containers: readonly Container[]): string {
  const flags = containers[0]?.engine.flags ?? "";
  return `docker ${flags}update --restart=no ${containers.map(({ name }) => shellWord(name)).join(" ")}`;
}
