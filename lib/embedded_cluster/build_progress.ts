/** Tells how far a build is: one live line on a terminal, a plain line now and then elsewhere. */

/** Takes what happens during a build. */
export interface BuildProgress {
  /** Another package has been compiled. */
  compiled(): void;
  /** Ends the display; the live line is wiped. */
  stop(): void;
}

/** What the line says, apart from where it is written. */
export interface BuildState {
  readonly names: readonly string[];
  /** Packages that a build with nothing cached compiles. */
  readonly packages: number;
  readonly compiled: number;
  readonly elapsedSeconds: number;
  readonly typicalSeconds: number;
}

const LIVE_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 30_000;

/** From this share of packages on, this machine's own speed is a better guide than the usual time. */
const TRUSTED_SHARE = 0.25;

/** A time as people say it: `45 s`, `4 min`, `4 min 30 s`. */
export function formatSeconds(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const rest = rounded % 60;
  return rest === 0 ? `${Math.floor(rounded / 60)} min` : `${Math.floor(rounded / 60)} min ${rest} s`;
}

/** The line for a state: `etcd: 120 of 480 packages, 25 s so far, about 1 min 5 s left`. */
export function formatBuildState(state: BuildState): string {
  const counted = Math.min(state.compiled, state.packages);
  const share = state.packages === 0 ? 0 : counted / state.packages;
  const estimate = share >= TRUSTED_SHARE ? state.elapsedSeconds / share : state.typicalSeconds;
  const left = estimate - state.elapsedSeconds;
  const outlook = left >= 1 ? `about ${formatSeconds(left)} left` : "nearly done";
  return `${state.names.join(", ")}: ${counted} of ${state.packages} packages, ` +
    `${formatSeconds(state.elapsedSeconds)} so far, ${outlook}`;
}

/**
 * Shows the progress of one build until it is stopped.
 *
 * @param report takes plain lines; used when standard error is no terminal.
 */
export function showBuildProgress(
  build: Pick<BuildState, "names" | "packages" | "typicalSeconds">,
  report: (line: string) => void,
): BuildProgress {
  const started = performance.now();
  let compiled = 0;
  const line = (): string =>
    formatBuildState({ ...build, compiled, elapsedSeconds: (performance.now() - started) / 1000 });
  const live = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
  const timer = setInterval(
    () => live ? writeLive(line()) : report(line()),
    live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS,
  );
  return {
    compiled: (): void => {
      compiled += 1;
    },
    stop: (): void => {
      clearInterval(timer);
      if (live) writeLive("");
    },
  };
}

function writeLive(line: string): void {
  const { columns } = Deno.consoleSize();
  // A terminal that does not know its width says 0.
  const fitting = columns > 1 ? line.slice(0, columns - 1) : line;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[2K${fitting}`));
}
