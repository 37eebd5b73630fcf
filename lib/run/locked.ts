/** The frame of everything that writes: one run, one lock, events from start to end, and what failed in between. */
import { type CommandLine, withoutFlags } from "../diagnostics/command_line.ts";
import { diagnoseRequest } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { LiveSets } from "../cluster/live_sets.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import type { RunEvent } from "./event.ts";
import { EventQueue } from "./event_queue.ts";
import { currentHolder, type Holder } from "./holder.ts";
import { acquire, type Known } from "./lock.ts";
import { namespaceTrouble } from "./namespace_trouble.ts";
import type { Marks } from "./marks.ts";
import type { Session } from "./session.ts";
import type { Target } from "./target.ts";

/** Who runs something where. */
export interface WriterOptions {
  readonly client: ClusterClient;
  /** The target's namespace: the record lives there. */
  readonly namespace: string;
  /** For the record: `alice@host`. */
  readonly by: string;
  /** ISO 8601. */
  readonly now: () => string;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** How long to wait for another run. Default 30 s: longer than a dead one takes to be replaced. */
  readonly lockTimeoutMs?: number;
  readonly holder?: Holder;
  /** How the commands are written that messages name. */
  readonly commandLine?: CommandLine;
}

/** How a run ends. */
export type Outcome = Extract<RunEvent, { type: "run-finished" }>["state"];

export type Push = (event: RunEvent) => void;

/** A run before it holds the lock. */
export interface Writer {
  readonly options: WriterOptions;
  readonly runId: string;
  readonly push: Push;
}

/** A run that holds the lock. */
export interface Holding extends Writer {
  readonly target: Target;
  readonly session: Session;
  /** What the run looks at while it waits. */
  readonly sets: LiveSets;
  /** Aborted by Ctrl-C and when the lock is lost. */
  readonly signal: AbortSignal;
}

const DEFAULT_LOCK_TIMEOUT_MS = 30_000;
/** What a failing run gives for the courtesy of handing back its lock. */
const RELEASE_MS = 5_000;

/**
 * Streams the events of a run. `work` is told how to push more of them and returns how the run ended.
 * @throws Failure (4) where the cluster cannot be used, (5) where another run holds the lock
 */
export async function* streamRun(
  options: WriterOptions,
  migrations: number,
  work: (writer: Writer) => Promise<Outcome>,
): AsyncGenerator<RunEvent> {
  const queue = new EventQueue<RunEvent>();
  const push: Push = (event) => queue.push(event);
  const finished = frame(options, migrations, push, work)
    .then(() => queue.close(), (error) => queue.fail(explain(error, options)));
  yield* queue;
  await finished;
}

/**
 * Holds the lock while `work` runs, and gives it back however that ends.
 * @param known what was read of the record a moment ago
 */
export async function holdLock(
  { options, runId, push }: Writer,
  target: Target,
  work: (holding: Holding) => Promise<Outcome>,
  known?: Known,
): Promise<Outcome> {
  const session = await acquire(target, {
    known,
    runId,
    holder: options.holder ?? currentHolder(),
    now: options.now,
    timeoutMs: options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
    onWaiting: (lock) =>
      push({ type: "run-waiting", holder: lock.holder, heldSince: lock.since, at: options.now() }),
    onTakenOver: (lock) =>
      push({ type: "run-taken-over", holder: lock.holder, heldSince: lock.since, at: options.now() }),
    signal: options.signal,
    commandLine: options.commandLine ?? withoutFlags,
  });
  const signal = AbortSignal.any([options.signal, session.lost]);
  const over = new AbortController();
  const sets = new LiveSets(options.client, over.signal);
  try {
    const outcome = await work({ options, runId, push, target, session, sets, signal });
    await session.release();
    return outcome;
  } catch (error) {
    if (!session.lost.aborted) await handBack(session);
    session.abandon();
    throw error;
  } finally {
    over.abort();
  }
}

/** What every write of a run needs: who writes, for whom, and the right to, which is asked for before each one. */
export interface Writing extends Marks {
  readonly client: ClusterClient;
  /** Called before each write; throws where the right to write is gone. */
  readonly guard: () => Promise<void>;
  /** What the run looks at while it waits, and what it wrote. */
  readonly sets: LiveSets;
  readonly signal: AbortSignal;
  readonly push: Push;
}

/** Of the run that holds the lock. */
export function writing({ options, target, session, sets, signal, push }: Holding): Writing {
  return {
    client: options.client,
    owner: target.namespace,
    key: target.key,
    epoch: session.state.epoch,
    guard: async () => {
      signal.throwIfAborted();
      await session.guard();
    },
    sets,
    signal,
    push,
  };
}

async function frame(
  options: WriterOptions,
  migrations: number,
  push: Push,
  work: (writer: Writer) => Promise<Outcome>,
): Promise<void> {
  const start = performance.now();
  const writesBefore = options.client.writes;
  const runId = crypto.randomUUID().slice(0, 8);
  push({ type: "run-started", runId, at: options.now(), migrations });
  const state = await work({ options, runId, push }).catch((error: unknown): Outcome => {
    // Ctrl-C before the first migration, or while another run was waited for.
    if (options.signal.aborted && error === options.signal.reason) return "interrupted";
    throw error;
  });
  push({
    type: "run-finished",
    runId,
    at: options.now(),
    durationMs: Math.round(performance.now() - start),
    state,
    writes: options.client.writes - writesBefore,
  });
}

async function handBack(session: Session): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, RELEASE_MS));
  await Promise.race([session.release().catch(() => undefined), late]);
  clearTimeout(timer);
}

function explain(error: unknown, { client, namespace }: WriterOptions): unknown {
  const trouble = namespaceTrouble(error, namespace);
  if (trouble !== undefined) return trouble;
  const access = diagnoseRequest(error, client.connection.server);
  return access === undefined ? error : new Failure(4, [access]);
}
