/** Who runs this: a name for people, and an identity by which a dead process on this machine is recognised. */
import { hostname, userInfo } from "node:os";
import process from "node:process";

/** The process that holds or wants the lock. */
export interface Holder {
  /** `alice@host pid 812` */
  readonly name: string;
  /** Boot, process namespace, process id and its start: the same quadruple never comes back. */
  readonly process: string;
}

/** This very process. */
export function currentHolder(): Holder {
  return {
    name: `${userName()}@${hostname()} pid ${Deno.pid}`,
    process: [machine(), Deno.pid, startOf(Deno.pid) ?? "?"].join("/"),
  };
}

/**
 * Whether a process, named by `Holder.process` is certainly gone: it ran on this machine, since this boot, in
 * this process namespace, and is not there any more. False where that cannot be known.
 */
export function isCertainlyDead(holder: string): boolean {
  const here = machine();
  if (here.includes("?") || !holder.startsWith(`${here}/`)) return false;
  const [pid, start] = holder.slice(here.length + 1).split("/");
  if (pid === undefined || start === undefined || start === "?") return false;
  // A process of another user may be hidden from /proc (proc(5), hidepid) and lives all the same.
  if (readText(`/proc/${pid}/stat`) === undefined) return !isThere(Number(pid));
  return startOf(Number(pid)) !== start;
}

/** Whether there is a process of that id, seen or not: kill(2) with signal 0. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function machine(): string {
  return `${readText("/proc/sys/kernel/random/boot_id") ?? "?"}/${namespaceOf() ?? "?"}`;
}

function namespaceOf(): string | undefined {
  try {
    return Deno.readLinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/** Field 22 of proc_pid_stat(5), start time in clock ticks since boot; a zombie counts as gone. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
