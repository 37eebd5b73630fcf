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
