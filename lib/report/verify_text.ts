/** Answers of both sides, for people: a line for each question, and what it comes to. */
import { plural } from "../diagnostics/plural.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import type { Compared } from "../run/verify/answer.ts";
import type { Questions } from "../run/verify/questions.ts";
import { answerWords, verdictCounts, verdictWords } from "../views/answer_words.ts";
import { tableLines } from "./table.ts";

/** @param rules those that were not asked */
export function renderVerify(
  compared: readonly Compared[],
  rules: Pick<Questions, "unasked" | "unpublished">,
): string {
  const rows = visibleAll(compared).map((each) => [
    each.question,
    `Docker ${answerWords(each.old)}`,
    `cluster ${answerWords(each.new)}`,
    verdictWords(each),
  ]);
  const { unasked, unpublished } = visibleAll(rules);
  const left = [
    ...unasked.map((rule) => `Not asked, as the rule says more than host and path: ${rule}\n`),
    ...unpublished.map((rule) => `Not asked, as the front does not open the entry point: ${rule}\n`),
  ];
  const sum = `${plural(compared.length, "question")}: ${
    verdictCounts(compared) || "there is nothing to ask"
  }`;
  return `${tableLines(rows).map((line) => `${line}\n`).join("")}${left.join("")}${sum}\n`;
}
