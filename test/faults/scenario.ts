/** Runs the child through a proxy, lets it be killed or harmed, runs it again in peace, and judges. */
import { join } from "node:path";
import { ClusterClient } from "../../lib/cluster/client.ts";
import { removeClusterWide } from "../apiserver/cluster.ts";
import { AuditReader, judge } from "./judge.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Choose, startProxy } from "./proxy.ts";
import { runReference } from "./reference_run.ts";

/** Where scenarios take place. */
export interface Arena {
  readonly client: ClusterClient;
  readonly auditLog: string;
  readonly directory: string;
}

/** A scenario before it is run. */
export interface Planned {
  readonly name: string;
  /** Chooses the harm for each request of the first run. */
  readonly harm: (victim: Victim) => Choose;
  /** The exit codes that the first run may have, besides being killed; any where undefined. */
  readonly codes: readonly number[] | undefined;
}

/** What came of one scenario. */
export interface Verdict {
  readonly name: string;
  readonly faults: number;
  readonly problem: string | undefined;
  /** Milliseconds that the run after the fault took. */
  readonly recoveryMs: number;
}

/** Lets the scenario end the child that it harms. */
export interface Victim {
  kill(signal: Deno.Signal): void;
}

let number = 0;

/** @param wanted what a run that met no fault left behind */
export async function scenario(arena: Arena, wanted: Snapshot, planned: Planned): Promise<Verdict> {
  const { name, harm, codes } = planned;
  const namespace = `scenario-${String(++number).padStart(4, "0")}`;
  using audit = new AuditReader(arena.auditLog);
  let faults = 0;
  let recoveryMs = 0;
  try {
    const harmed = await runChild(arena, namespace, harm);
    faults = harmed.faults;
    // One that ended before its fault did as if there were none.
    const allowed = faults === 0 ? [0] : codes;
    if (harmed.signal === null && allowed?.includes(harmed.code) === false) {
      throw new Error(`the first run ended with ${harmed.code}: ${tail(harmed.output)}`);
    }
    const start = performance.now();
    const peaceful = await runInPeace(arena, namespace);
    recoveryMs = performance.now() - start;
    if (peaceful.code !== 0) {
      throw new Error(`the next run ended with ${peaceful.code}: ${tail(peaceful.output)}`);
    }
    await judge(arena.client, namespace, wanted, audit.read(namespace), harmed.output + peaceful.output);
    return { name, faults, problem: undefined, recoveryMs };
  } catch (error) {
    return {
      name,
      faults,
      problem: `${namespace}: ${error instanceof Error ? error.message : error}`,
      recoveryMs,
    };
  } finally {
    await removeClusterWide(arena.client, `${namespace}-`);
  }
}

/** The plain run after the fault, in this process: what died is gone, and nothing of it is shared. */
async function runInPeace({ client }: Arena, namespace: string): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const code = await runReference(
    client,
    namespace,
    new AbortController().signal,
    (line) => lines.push(line),
  );
  return { code, output: lines.join("\n") };
}

interface ChildResult {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly output: string;
  readonly faults: number;
  readonly requests: number;
  /** Of the requests. */
  readonly writes: number;
}

/** One run of the child, through a proxy of its own. */
export async function runChild(
  arena: Arena,
  namespace: string,
  harm: (victim: Victim) => Choose,
): Promise<ChildResult> {
  let child: Deno.ChildProcess | undefined;
  const victim: Victim = {
    kill: (signal) => {
      try {
        child?.kill(signal);
      } catch {
        // It has ended by itself.
      }
    },
  };
  const proxy = await startProxy(arena.client.connection, harm(victim));
  try {
    const kubeconfig = writeKubeconfig(arena, namespace, proxy.url);
    const script = new URL("./child.ts", import.meta.url).pathname;
    child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, kubeconfig, namespace],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { code, signal, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return {
      code,
      signal,
      output: decoder.decode(stdout) + decoder.decode(stderr),
      faults: proxy.harmed(),
      requests: proxy.count(),
      writes: proxy.writes(),
    };
  } finally {
    await proxy.close();
  }
}

function writeKubeconfig(arena: Arena, namespace: string, server: string): string {
  const file = join(arena.directory, `${namespace}.json`);
  Deno.writeTextFileSync(
    file,
    JSON.stringify({
      "current-context": "faults",
      clusters: [{ name: "faults", cluster: { server } }],
      users: [{ name: "faults", user: { token: "replaced-by-the-proxy" } }],
      contexts: [{ name: "faults", context: { cluster: "faults", user: "faults" } }],
    }),
  );
  return file;
}

function tail(text: string): string {
  return text.slice(-600);
}
