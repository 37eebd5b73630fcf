/** Puts the parts together: the commands, this process with its terminal, and the embedded cluster. */
import { hostname, userInfo } from "node:os";
import { processInput } from "./input.ts";
import { runProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

/** Where the program's own files lie, and what it says of itself. */
export interface Installation {
  /** The folder with migrations, examples and docs, with a slash at its end or without. */
  readonly home: string;
  /** What `--version` prints. */
  readonly version: string;
  /** The script that is run, where it is another one than main.ts of that folder. */
  readonly script?: string;
}

/** Runs the command line of this process, and ends it with the exit code. */
export async function startProgram({ home, version, script }: Installation): Promise<never> {
  const environment = Deno.env.toObject();
  const directory = environment["INIT_CWD"] ?? Deno.cwd();
  Deno.exitCode = await runProgram(Deno.args, {
    environment,
    directory,
    home,
    ...(script === undefined ? {} : { script }),
    // Asked for by what writes to a cluster: what only reads files runs without the right to know it.
    get user() {
      return operator(environment);
    },
    now: () => new Date(),
    signal: interruption(),
    embedded: async () => (await import("../embedded_cluster/embedded.ts")).embeddedCluster(environment),
    terminal: (noColor) => processTerminal(environment, directory, noColor),
    input: processInput(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  }, version);
  Deno.exit();
}

/** Who is at which machine, as `alice@host`; a uid without a name stands for itself. */
function operator({ USER }: Readonly<Record<string, string>>): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${USER ?? Deno.uid()}@${hostname()}`;
  }
}

/**
 * The first Ctrl-C or TERM asks the run to end in order; the second ends the process at once. So does a terminal that is
 * gone, as with an ssh that was cut off; it says so once, or several times.
 */
function interruption(): AbortSignal {
  // Asked first: whoever listens to one signal is told of this one, too, whatever was ignored before.
  const isAlone = isHangupIgnored();
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", interrupt);
  Deno.addSignalListener("SIGTERM", interrupt);
  Deno.addSignalListener("SIGHUP", () => {
    if (!isAlone) controller.abort();
  });
  return controller.signal;
}

/** Under `nohup` a run goes on without its terminal. */
function isHangupIgnored(): boolean {
  try {
    const [, ignored = "0"] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ??
      [];
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // No Linux, or a command that may not read there, and has nothing that would be broken off.
    return false;
  }
}
