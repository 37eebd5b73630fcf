/** What `verify` found, as the page shows it. */
import { redact } from "../../diff/secrets.ts";
import type { Compared } from "../../run/verify/answer.ts";
import type { VerifyReport } from "../../run/verify/report.ts";
import { answerWords, verdictCounts, verdictWords } from "../answer_words.ts";
import type { PageVerification } from "./model.ts";

/**
 * The newest first.
 * @param secrets of the stack: the reports are files that anybody may have changed
 */
export function pageVerifications(
  reports: readonly VerifyReport[],
  secrets: readonly string[],
): readonly PageVerification[] {
  const shown = (text: string): string => redact(text, secrets);
  return reports.map(({ askedAt, against, answers, unasked, unpublished }): PageVerification => ({
    askedAt,
    against,
    moment: momentOf(answers, against),
    counts: verdictCounts(answers),
    answers: answers.map((each) => ({
      question: shown(each.question),
      old: shown(answerWords(each.old)),
      new: shown(answerWords(each.new)),
      verdict: each.verdict,
      result: shown(verdictWords(each)),
    })),
    unasked: [...unasked, ...unpublished].map(shown),
  })).sort((left, right) => Date.parse(right.askedAt) - Date.parse(left.askedAt));
}

/** By who answered when it was asked. */
function momentOf(answers: readonly Compared[], against: string | null): PageVerification["moment"] {
  const isOld = against === null && answers.some(({ old }) => old.silence === undefined);
  const isNew = answers.some((each) => each.new.silence === undefined);
  if (isOld) return isNew ? "during" : "before";
  return isNew || against !== null ? "after" : "silent";
}
