/** Waits for a condition by asking again and again. */

const POLL_MS = 50;

/**
 * Asks until the answer is not `undefined`.
 *
 * @returns the answer, or `undefined` when `timeoutMs` has passed without one.
 */
export async function waitFor<T>(
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  while (true) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** For what takes a moment to be in force: the first time that the assertions hold counts, or the last error. */
export async function assertAtLast(assertions: () => Promise<void>): Promise<void> {
  let last: unknown;
  const holds = await waitFor(30_000, async () => {
    try {
      await assertions();
      return true;
    } catch (error) {
      last = error;
      return undefined;
    }
  });
  if (holds === undefined) throw last;
}
