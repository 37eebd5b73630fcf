/** Processes that outlive the command that started them, and are found and ended again by a record on disk. */
import { join } from "node:path";
import { identityFromStat, processIdentity } from "./process_identity.ts";

/** A program with its arguments, and where its output goes. */
export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly log: string;
}

/** What the record says of a process, and whether that very process lives. */
export interface DaemonState {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  /** The program and arguments that it was started with, one per line. */
  readonly command: string;
}

/**
 * The process writes its own record before it becomes the program. So there is no moment at which a starter that is
 * killed leaves a process that nobody knows. All that it has to say to others stays on this machine: no proxy.
 */
const LAUNCH = `
unset HTTPS_PROXY HTTP_PROXY ALL_PROXY https_proxy http_proxy all_proxy
record=$1 log=$2
shift 2
{
  echo "$$"
  if [ -r "/proc/$$/stat" ]; then
    read -r boot < /proc/sys/kernel/random/boot_id
    read -r stat < "/proc/$$/stat"
    printf '%s\\n%s\\n' "$boot" "$stat"
  else
    echo; ps -o lstart= -p "$$"
  fi
  printf '%s\\n' "$@"
} > "$record.new"
chmod 600 "$record.new"
mv "$record.new" "$record"
exec "$@" > "$log" 2>&1
`;

const POLL_MS = 50;

/**
 * Starts a program in its own session, so that neither the end of this process nor a closed terminal ends it.
 *
 * @param records the folder of the records, one file for each name.
 */
export async function startDaemon(daemon: Daemon, records: string): Promise<void> {
  const record = join(records, daemon.name);
  await Deno.remove(record).catch(ignoreNotFound);
  const child = new Deno.Command("sh", {
    args: ["-c", LAUNCH, "sh", record, daemon.log, daemon.program, ...daemon.args],
    cwd: daemon.workingDirectory,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  while (await readRecord(record) === undefined) {
    if (await processIdentity(child.pid) === undefined) {
      throw new Error(`Cannot start "${daemon.name}": sh ended`);
    }
    await sleep(POLL_MS / 5);
  }
}

/** What is known of all processes that were started with these records. */
export async function listDaemons(records: string): Promise<readonly DaemonState[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(records)) if (!entry.name.endsWith(".new")) names.push(entry.name);
  } catch (error) {
    ignoreNotFound(error);
  }
  const states = await Promise.all(names.sort().map((name) => daemonState(records, name)));
  return states.filter((state) => state !== undefined);
}

/**
 * Ends processes one after the other: asks first, and kills what has not ended after `graceMs`. A record whose pid now
 * belongs to another process is only removed.
 */
export async function stopDaemons(records: string, names: readonly string[], graceMs: number): Promise<void> {
  for (const name of names) {
    const state = await daemonState(records, name);
    if (state?.running) await endProcess(state.pid, graceMs);
    await Deno.remove(join(records, name)).catch(ignoreNotFound);
  }
}

async function daemonState(records: string, name: string): Promise<DaemonState | undefined> {
  const record = await readRecord(join(records, name));
  if (record === undefined) return undefined;
  const running = record.identity !== undefined && await processIdentity(record.pid) === record.identity;
  return { name, pid: record.pid, running, command: record.command };
}

async function readRecord(
  path: string,
): Promise<{ pid: number; identity: string | undefined; command: string } | undefined> {
  try {
    const [pid, boot, stat, ...command] = (await Deno.readTextFile(path)).trimEnd().split("\n");
    const identity = boot === "" ? stat?.trim() : identityFromStat(boot ?? "", stat ?? "");
    return { pid: Number(pid), identity, command: command.join("\n") };
  } catch (error) {
    ignoreNotFound(error);
    return undefined;
  }
}

async function endProcess(pid: number, graceMs: number): Promise<void> {
  const identity = await processIdentity(pid);
  if (identity === undefined) return;
  sendSignal(pid, "SIGTERM");
  const deadline = performance.now() + graceMs;
  while (await processIdentity(pid) === identity) {
    if (performance.now() > deadline) sendSignal(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
}

function sendSignal(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It may have ended since it was looked at.
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH|os error 3\b/.test(String(error))) throw error;
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
