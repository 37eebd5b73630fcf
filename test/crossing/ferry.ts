/** The command line as a user runs it: a process of its own, on the test cluster as its embedded one. */
import { fileURLToPath } from "node:url";
import type { TestCluster } from "../embedded_cluster/fixture.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface FerryOptions {
  readonly cluster?: TestCluster;
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The process, its output piped. The environment holds no kubeconfig of the machine's. */
export function ferry(args: readonly string[], options: FerryOptions = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "-A", MAIN, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    env: {
      KUBECONFIG: "",
      INIT_CWD: options.directory ?? Deno.cwd(),
      NO_COLOR: "1",
      ...options.cluster?.env,
      ...options.env,
    },
  }).spawn();
}

/** Runs it to its end. */
export async function runFerry(args: readonly string[], options: FerryOptions = {}): Promise<Ended> {
  const { code, stdout, stderr } = await ferry(args, options).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}
