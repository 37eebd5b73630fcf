/** Tells how far a build is: one live line on a terminal, a plain line now and then elsewhere. */
import type { BuildCosts } from "./build_costs.ts";

/** Takes what happens during a build. */
export interface BuildProgress {
  /** Go has begun to compile another package. */
  compiling(packagePath: string): void;
  /** Ends the display; the live line is wiped. */
  stop(): void;
}

/** What the line says, apart from where it is written. */
export interface BuildState {
  readonly names: readonly string[];
  /** Packages that this build compiles. */
  readonly packages: number;
  readonly begun: number;
  readonly elapsedSeconds: number;
  readonly secondsLeft: number;
}

const LIVE_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 30_000;

/** Of the sources of a build, in a second on two idle cores: measured, docs/performance.md. */
export const USUAL_COST_PER_SECOND = 550_000;

/** The work that counts as much as the usual speed does in an estimate, in seconds of usual work. */
const TRUSTED_SECONDS = 20;

/** By how much what is left may grow from one line to the next: a machine that became slow is told bit by bit. */
const LARGEST_RISE = 1.25;

/** A time as people say it: `45 s`, `4 min`, `4 min 30 s`. */
export function formatSeconds(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const rest = rounded % 60;
  return rest === 0 ? `${Math.floor(rounded / 60)} min` : `${Math.floor(rounded / 60)} min ${rest} s`;
}

/** The line for a state: `etcd: 120 of 480 packages, 25 s so far, about 1 min 5 s left`. */
export function formatBuildState(state: BuildState): string {
  const outlook = state.secondsLeft >= 1 ? `about ${formatSeconds(state.secondsLeft)} left` : "nearly done";
  return `${state.names.join(", ")}: ${
    Math.min(state.begun, state.packages)
  } of ${state.packages} packages, ` +
    `${formatSeconds(state.elapsedSeconds)} so far, ${outlook}`;
}

/** The seconds that a build usually takes on two idle cores. */
export function usualSeconds(costs: BuildCosts): number {
  return totalCost(costs) / USUAL_COST_PER_SECOND;
}

function totalCost(costs: BuildCosts): number {
  return [...costs.packages.values()].reduce((sum, cost) => sum + cost, 0) + costs.linking;
}

/** Estimates what is left of a build from the work that was done, at the speed of this machine. */
export class BuildEstimate {
  readonly #costs: BuildCosts;
  readonly #begun = new Set<string>();
  #done = 0;
  #said: number | undefined;

  constructor(costs: BuildCosts) {
    this.#costs = costs;
  }

  /** How many packages have been begun. */
  get begun(): number {
    return this.#begun.size;
  }

  /** Counts a package, once; what is no package of the build (a message of Go) counts nothing. */
  compiling(packagePath: string): void {
    if (this.#begun.has(packagePath) || !this.#costs.packages.has(packagePath)) return;
    this.#begun.add(packagePath);
    this.#done += this.#costs.packages.get(packagePath) ?? 0;
  }

  /** The seconds left after so many, at most a quarter more than was said last. */
  secondsLeft(elapsedSeconds: number): number {
    const usualWork = USUAL_COST_PER_SECOND * TRUSTED_SECONDS;
    const speed = (this.#done + usualWork) / (elapsedSeconds + TRUSTED_SECONDS);
    const left = (totalCost(this.#costs) - this.#done) / speed;
    this.#said = this.#said === undefined ? left : Math.min(left, this.#said * LARGEST_RISE);
    return this.#said;
  }
}

/**
 * Shows the progress of one build until it is stopped.
 *
 * @param report takes plain lines; used when standard error is no terminal.
 */
export function showBuildProgress(
  names: readonly string[],
  costs: BuildCosts,
  report: (line: string) => void,
): BuildProgress {
  const started = performance.now();
  const estimate = new BuildEstimate(costs);
  const line = (): string => {
    const elapsedSeconds = (performance.now() - started) / 1000;
    const secondsLeft = estimate.secondsLeft(elapsedSeconds);
    return formatBuildState({
      names,
      packages: costs.packages.size,
      begun: estimate.begun,
      elapsedSeconds,
      secondsLeft,
    });
  };
  const live = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
  const timer = setInterval(
    () => live ? writeLive(line()) : report(line()),
    live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS,
  );
  return {
    compiling: (packagePath): void => estimate.compiling(packagePath),
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
