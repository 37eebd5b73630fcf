/** Answers of a route or a port, and what comes of comparing them, in a few words. */
import type { Answer, Compared, Verdict } from "../run/verify/answer.ts";

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  same: "the same",
  differs: "differs",
  old: "only Docker answers",
  new: "only the cluster answers",
  none: "nobody answers",
};

/** What a side said; of a body and of a certificate the first digits of their digests. */
export function answerWords(
  { silence, status, location, digest, isUnended, certificate }: Answer,
): string {
  if (silence !== undefined) return `- (${silence})`;
  if (status === undefined) return "open";
  return [
    `${status}`,
    ...(location === undefined ? [] : [`to ${location}`]),
    digest === undefined ? isUnended === true ? "not ended" : "changing" : digest.slice(0, 8),
    ...(certificate === undefined ? [] : [`certificate ${certificate.fingerprint.slice(0, 8)}`]),
  ].join(" ");
}

export function verdictWords({ verdict, differs }: Compared): string {
  return verdict === "differs" ? `differs: ${differs.join(", ")}` : VERDICT_WORDS[verdict];
}

/** `3 the same, 1 differs`; nothing where nothing was asked. */
export function verdictCounts(compared: readonly Compared[]): string {
  return Object.entries(VERDICT_WORDS).flatMap(([verdict, words]) => {
    const count = compared.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${words}`];
  }).join(", ");
}
