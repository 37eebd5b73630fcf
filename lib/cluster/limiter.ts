/**
 * How many requests are under way at once: more while the server keeps up, half when it says "too many".
 * Additive increase, multiplicative decrease, as TCP does it.
 */
const START = 24;
const MOST = 32;

export class Limiter {
  #limit = START;
  #running = 0;
  #successes = 0;
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

  /** The server answered in good time. */
  succeeded(): void {
    if (++this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit = Math.min(MOST, this.#limit + 1);
    this.#wake();
  }

  /** The server answered 429 or is overloaded. */
  throttled(): void {
    this.#successes = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  #wake(): void {
    for (let room = this.#limit - this.#running; room > 0; room--) this.#waiting.shift()?.();
  }
}
