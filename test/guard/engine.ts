/** A real Docker Engine on a real node: pods and containers see the same directories, as on a machine that has both. */
import { join } from "node:path";
import type { Output } from "../ferry/namespaces.ts";
import type { RealNode } from "../ferry/node.ts";
import { endPrograms } from "../ferry/programs.ts";

/** Debian's package, with the program by which its presence is seen. */
export const ENGINE_PACKAGES = { "docker.io": "/usr/sbin/dockerd" } as const;

/** A running engine, on the socket where everybody looks for it. */
export interface RealEngine {
  /** Where named volumes lie. */
  readonly root: string;
  /** Runs the docker client. @throws when it fails. @returns what it printed. */
  docker(...args: readonly string[]): Promise<string>;
  /** Ends the engine as a power cut would: its containers stay. */
  kill(): Promise<void>;
  /** Ends it as systemd does: it ends its containers first. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
}

/** No context and no other engine of whoever runs the tests. */
export function engineEnvironment(node: RealNode): Readonly<Record<string, string>> {
  return { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_CONFIG: join(node.directory, "docker-client") };
}

/**
 * Starts an engine inside the node's namespaces; it ends with them. The node's images are loaded.
 *
 * @param program another `dockerd` than Debian's, with its `docker-proxy` beside it.
 */
export async function startEngine(
  node: RealNode,
  program: string = ENGINE_PACKAGES["docker.io"],
): Promise<RealEngine> {
  const env = engineEnvironment(node);
  const command = async (...args: readonly string[]): Promise<string> =>
    text(args, await node.run(args, env));
  const start = async (when: "first" | "again"): Promise<void> => {
    const script = join(import.meta.dirname ?? "", "start_engine.ts");
    const cgroup = node.directory.slice(node.directory.lastIndexOf("/") + 1);
    await command(Deno.execPath(), "run", "-A", script, node.directory, cgroup, when, program);
  };
  await start("first");
  const docker = (...args: readonly string[]): Promise<string> => command("docker", ...args);
  await docker("load", "--quiet", "--input", join(node.directory, "images.tar"));
  return {
    root: join(node.directory, "docker"),
    docker,
    kill: async () => {
      await command(
        "sh",
        "-c",
        'kill -9 "$(head -n 1 "$1")"',
        "sh",
        join(node.directory, "processes/dockerd"),
      );
    },
    stop: () => endPrograms(node, "dockerd"),
    start: () => start("again"),
  };
}

function text(command: readonly string[], { code, stdout, stderr }: Output): string {
  if (code === 0) return stdout;
  throw new Error(`${command.slice(0, 3).join(" ")}: ${stderr.trim() || stdout.trim()}`);
}
