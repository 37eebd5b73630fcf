/** Work after which is tidied up, whatever becomes of it. */
import { Failure } from "../diagnostics/diagnostic.ts";

/**
 * What went wrong first is what it ends with. What went wrong second is said with it where both are `Failure`s, else
 * before it: what is left behind is never unsaid.
 *
 * @param say takes a line, or a `Failure` to be printed as such
 */
export async function tidied<T>(
  work: () => Promise<T>,
  tidy: () => Promise<void>,
  say: (left: string | Failure) => void,
): Promise<T> {
  const [done] = await Promise.allSettled([work()]);
  const [left] = await Promise.allSettled([tidy()]);
  if (done.status === "fulfilled") {
    if (left.status === "rejected") throw left.reason;
    return done.value;
  }
  const first: unknown = done.reason;
  if (left.status === "fulfilled") throw first;
  const second: unknown = left.reason;
  if (first instanceof Failure && second instanceof Failure) {
    throw new Failure(first.exitCode, [...first.diagnostics, ...second.diagnostics], first.sources);
  }
  say(
    second instanceof Failure
      ? second
      : `Tidying up failed, too: ${second instanceof Error ? second.message : second}`,
  );
  throw first;
}
