/** Answers of both sides, for people: a line for each question, and what it comes to. */
import { plural } from "../diagnostics/plural.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import type { Answer, Compared, Verdict } from "../run/verify/answer.ts";
import type { Questions } from "../run/verify/questions.ts";
import { tableLines } from "./table.ts";

const WORDS: Readonly<Record<Verdict, string>> = {
  same: "the same",
  differs: "differs",
  old: "only Docker answers",
  new: "only the cluster answers",
  none: "nobody answers",
};

/** @param rules those that were not asked */
export function renderVerify(
  compared: readonly Compared[],
  rules: Pick<Questions, "unasked" | "unpublished">,
): string {
  const rows = visibleAll(compared).map(({ question, old, new: now, verdict, differs }) => [
    question,
    `Docker ${answerWords(old)}`,
    `cluster ${answerWords(now)}`,
    verdict === "differs" ? `differs: ${differs.join(", ")}` : WORDS[verdict],
  ]);
  const { unasked, unpublished } = visibleAll(rules);
  const left = [
    ...unasked.map((rule) => `Not asked, as the rule says more than host and path: ${rule}\n`),
    ...unpublished.map((rule) => `Not asked, as the front does not open the entry point: ${rule}\n`),
  ];
  return `${tableLines(rows).map((line) => `${line}\n`).join("")}${left.join("")}${sumOf(compared)}\n`;
}

function answerWords({ silence, status, location, digest, isUnended, certificate }: Answer): string {
  if (silence !== undefined) return `- (${silence})`;
  if (status === undefined) return "open";
  return [
    `${status}`,
    ...(location === undefined ? [] : [`to ${location}`]),
    digest === undefined ? isUnended === true ? "not ended" : "changing" : digest.slice(0, 8),
    ...(certificate === undefined ? [] : [`certificate ${certificate.fingerprint.slice(0, 8)}`]),
  ].join(" ");
}

function sumOf(compared: readonly Compared[]): string {
  const counted = Object.entries(WORDS).flatMap(([verdict, words]) => {
    const count = compared.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return `${plural(compared.length, "question")}: ${counted.join(", ") || "there is nothing to ask"}`;
}
