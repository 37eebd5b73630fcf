/** What commands are handed from outside, so that they read no clock, environment or terminal by themselves. */
import type { Input } from "./input.ts";
import type { Terminal } from "./terminal.ts";

/** The cluster that this repository can start by itself (see lib/embedded_cluster/embedded.ts). */
export interface EmbeddedCluster {
  up(report: (line: string) => void): Promise<{ kubeconfigPath: string }>;
  status(): Promise<{
    state: "running" | "stopped" | "absent";
    server?: string;
    kubeconfigPath?: string;
    processes: readonly { name: string; pid: number; running: boolean }[];
  }>;
  down(report: (line: string) => void): Promise<void>;
  reset(report: (line: string) => void): Promise<void>;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** The folder where the user typed the command. */
  readonly directory: string;
  /** The folder of this program: examples/ and migrations/ lie there. */
  readonly home: string;
  /** The script that is run, where it is another one than main.ts of that folder. */
  readonly script?: string;
  /** Who runs this, for the record: `alice@host`. */
  readonly user: string;
  readonly now: () => Date;
  /** Aborted by the first Ctrl-C or TERM. */
  readonly signal: AbortSignal;
  readonly embedded: () => Promise<EmbeddedCluster>;
  readonly terminal: (noColor: boolean) => Terminal;
  readonly input: Input;
  /** So many random bytes, fit for a password. */
  readonly random: (bytes: number) => Uint8Array;
}
