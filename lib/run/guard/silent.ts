/** What is said where something of this machine cannot be asked: nobody answers is not nobody there. */
import type { Diagnostic, Severity } from "../../diagnostics/diagnostic.ts";
import type { SilentEngine } from "../../docker/engines.ts";
import type { Place } from "../../node/place.ts";

/**
 * One finding for each engine that is or should be here and does not answer: what was tried, and why it failed.
 *
 * @param what it was to be asked
 */
export function silentEngines(
  silent: readonly SilentEngine[],
  severity: Severity,
  what = "which containers write to the stack's directories",
): readonly Diagnostic[] {
  return silent.map(({ endpoint: { host, origin }, why, hint }) => ({
    code: "run-engine-silent",
    severity,
    message: `Cannot ask the engine ${
      host === "" ? `of ${origin}` : `at "${host}" (${origin})`
    } ${what}: ${why}`,
    hint: `${hint === undefined ? "" : `${hint}; or, w`}${
      hint === undefined ? "W" : ""
    }here no engine of this machine has the stack's directories, decide it: engine: none`,
  }));
}

/** @param error of reading what the kernel tells of this machine */
export function unreadable(error: unknown, severity: Severity): Diagnostic {
  return {
    code: "run-node-unreadable",
    severity,
    message: `Cannot read this machine's processes and mounts from /proc: ${
      error instanceof Error ? error.message : String(error)
    }`,
    hint: "Run it by `deno task`, which gives the right to read /proc, on the node itself and as root",
  };
}

/** Containers were looked at, but there may be more than containers. */
export function unseenProcesses(count: number): Diagnostic {
  return {
    code: "run-processes-unseen",
    severity: "warning",
    message: `${count} processes of this machine cannot be inspected by this user: ` +
      "one that writes to the stack's directories and is in no container of an engine would not be noticed",
    hint: "To inspect all of them, run as root on the node; a container needs the capability SYS_PTRACE, " +
      "and no profile of AppArmor",
  };
}

/** In a container only what is mounted is the node's. */
export function hiddenDirectories(places: readonly Place[], severity: Severity): Diagnostic {
  const paths = places.map(({ path }) => `"${path}"`).join(", ");
  return {
    code: "run-directories-unseen",
    severity,
    message: `This run is in a container of the node that does not have ${paths} mounted: ` +
      "processes of the node that write there cannot be seen",
    hint:
      "Mount them at the same paths, or a directory around them, as release/job.yaml does for /var/lib/docker/volumes",
  };
}

/** Which machine the node is decides whether containers of this one matter. */
export function unknownNode(severity: Severity): Diagnostic {
  return {
    code: "run-node-unknown",
    severity,
    message: "You may not list the cluster's nodes, so it is not known whether one is this machine",
    hint: "Give the output of `deno task rbac` to an administrator",
  };
}
