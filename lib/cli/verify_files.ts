/** Reports that `verify -o json` wrote, as files: to compare with, and for the page. */
import { resolve } from "node:path";
import { readRegularText } from "../files/regular_file.ts";
import { Failure } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { parseVerifyReport, type VerifyReport } from "../run/verify/report.ts";
import type { CommandOptions } from "./command.ts";
import type { Surroundings } from "./surroundings.ts";

const MOST_BYTES = 16 * 1024 * 1024;

/** @throws Failure (2) for a file that is none of those */
export async function readVerifyReport(
  file: string,
  { directory }: Pick<Surroundings, "directory">,
): Promise<VerifyReport> {
  try {
    return parseVerifyReport(await readRegularText(resolve(directory, file), MOST_BYTES));
  } catch (error) {
    throw new Failure(ExitCode.usage, [{
      code: "cli-bad-answers",
      severity: "error",
      message: `"${file}" is not a report of verify: ${error instanceof Error ? error.message : error}`,
      hint: "Write one while Docker serves: deno task verify -o json > before.json",
    }]);
  }
}

/** @throws Failure (2) where there is no page that `--verify` is for */
export function refuseWithoutPage({ report, verify }: CommandOptions): void {
  if (verify === undefined || report !== undefined) return;
  throw new Failure(ExitCode.usage, [{
    code: "cli-verify-without-report",
    severity: "error",
    message: "--verify needs --report FILE, the page to which it adds the results",
    hint: "Add --report FILE, or leave --verify out",
  }]);
}

/** Those of `--verify`. @throws Failure (2) */
export async function verifyReports(
  options: CommandOptions,
  surroundings: Pick<Surroundings, "directory">,
): Promise<readonly VerifyReport[]> {
  const files = options["verify"];
  if (!Array.isArray(files)) return [];
  return await Promise.all(files.map((file) => readVerifyReport(String(file), surroundings)));
}
