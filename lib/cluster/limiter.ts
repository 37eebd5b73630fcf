/**
 * How many requests are under way at once: one more while the server keeps up, half when it says "too many", when it
 * is overloaded, or when its answers take many times longer than they did. Additive increase, multiplicative decrease,
 * as TCP does it.
 */
const START = 24;
const MOST = 32;

/** An answer is slow when it takes longer than this, in milliseconds, and so many times the quickest one seen. */
const SLOW_MS = 1_000;
const SLOW_FACTOR = 8;

export class Limiter {
  #limit = START;
  #running = 0;
  #successes = 0;
  #quickest = Infinity;
  /** Answers to what was sent before the last decrease: they say nothing of the new limit. */
  #former = 0;
  #waiting: (() => void)[] = [];

  /** The number of requests allowed at once right now. */
  get limit(): number {
    return this.#limit;
  }

  /** Runs the task as soon as there is room. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    while (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#wake();
    }
  }

  /** The server answered, after so many milliseconds. */
  answered(elapsedMs: number): void {
    this.#quickest = Math.min(this.#quickest, elapsedMs);
    if (elapsedMs > SLOW_MS && elapsedMs > SLOW_FACTOR * this.#quickest) return this.overloaded();
    if (this.#isFormer() || ++this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit = Math.min(MOST, this.#limit + 1);
    this.#wake();
  }

  /** The server answered 429 or 5xx of that kind, or not in time. Many such answers at once are one decrease. */
  overloaded(): void {
    if (this.#isFormer()) return;
    this.#successes = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#former = Math.max(0, this.#running - 1);
  }

  #isFormer(): boolean {
    if (this.#former === 0) return false;
    this.#former--;
    return true;
  }

  #wake(): void {
    for (let room = this.#limit - this.#running; room > 0; room--) this.#waiting.shift()?.();
  }
}
