/** What a side answers, and whether two answers are the same. No I/O. */

/** Nothing in it is secret: of a body there is a digest, of a redirection no user, password and query. */
export interface Answer {
  /** Why nobody answers; then there is nothing else. */
  readonly silence?: string;
  readonly status?: number;
  readonly location?: string;
  readonly contentType?: string;
  /** Of the body, or of its first 8 MiB; absent where two requests in a row had different ones. */
  readonly digest?: string;
  /** The body went on when nobody waited any longer, as a stream of events does. */
  readonly isUnended?: boolean;
  readonly certificate?: Certificate;
}

export interface Certificate {
  /** SHA-256. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly until: string;
}

/**
 * - `same`: both answer, and alike
 * - `differs`: both answer
 * - `old`, `new`: only that side does
 * - `none`: nobody does
 */
export type Verdict = "same" | "differs" | "old" | "new" | "none";

/** Both answers to one question. */
export interface Compared {
  readonly question: string;
  readonly old: Answer;
  readonly new: Answer;
  readonly verdict: Verdict;
  /** What differs, by name. */
  readonly differs: readonly string[];
}

/** What Traefik shows who asks for a name that it has no certificate for; each of its starts makes another one. */
export const NO_CERTIFICATE = "TRAEFIK DEFAULT CERT";

function isSameCertificate(old: Certificate | undefined, now: Certificate | undefined): boolean {
  if (old?.subject === NO_CERTIFICATE && now?.subject === NO_CERTIFICATE) return true;
  return old?.fingerprint === now?.fingerprint;
}

/** What changes at every request is not compared; nor is the content type where the status differs already. */
export function compare(question: string, old: Answer, now: Answer): Compared {
  const [isOld, isNew] = [old.silence === undefined, now.silence === undefined];
  const both = { question, old, new: now, differs: [] };
  if (!isOld || !isNew) return { ...both, verdict: isOld ? "old" : isNew ? "new" : "none" };
  const differs = [
    ...old.status === now.status ? [] : ["status"],
    ...old.location === now.location ? [] : ["location"],
    ...old.contentType === now.contentType ? [] : ["content type"],
    ...old.digest === undefined || now.digest === undefined || old.digest === now.digest ? [] : ["body"],
    ...old.isUnended === now.isUnended ? [] : ["end of the body"],
    ...isSameCertificate(old.certificate, now.certificate) ? [] : ["certificate"],
  ];
  return { ...both, verdict: differs.length === 0 ? "same" : "differs", differs };
}
