/** Values of `.env` and `env_file` texts of which a part is empty, as a variable in them is not set. */
import type { DotenvValue } from "../interpolation/dotenv.ts";
import { type Report, warning } from "../tree/report.ts";
import { type Source, spanOf } from "../tree/source.ts";

/**
 * Warns of each, as compose does when it reads them: mostly a password has a dollar in it. The variable is not named, as
 * it may be a part of that password.
 */
export function warnOfLackingValues(
  values: ReadonlyMap<string, DotenvValue>,
  source: Source,
  report: Report,
): void {
  for (const [key, { lacks, offset }] of values) {
    if (lacks === undefined) continue;
    warning(
      report,
      "compose-dollar-in-value",
      `A dollar in the value of "${key}" begins a variable that is not set, so that part of the value is empty, in Docker, too`,
      spanOf(source, offset, offset + key.length),
      `write $$ for a dollar, or put the value in single quotes: ${key}='...'`,
    );
  }
}
