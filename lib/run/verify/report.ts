/** What `verify -o json` writes, and reads again of a file: what is no part of it is left behind. No I/O. */
import { field, items, list } from "../../values/json.ts";
import type { Answer, Certificate, Compared, Verdict } from "./answer.ts";

/** One verification. */
export interface VerifyReport {
  /** ISO 8601. */
  readonly askedAt: string;
  /** When Docker's side was asked, where that was earlier: the moment of the report that this one was compared with. */
  readonly against: string | null;
  readonly answers: readonly Compared[];
  readonly unasked: readonly string[];
  readonly unpublished: readonly string[];
}

const VERDICTS: ReadonlySet<unknown> = new Set<Verdict>(["same", "differs", "old", "new", "none"]);

/** @throws Error where it is no report of `verify` */
export function parseVerifyReport(text: string): VerifyReport {
  const document: unknown = JSON.parse(text);
  const askedAt = textOf(document, "askedAt");
  if (field(document, "type") !== "verify" || askedAt === undefined || Number.isNaN(Date.parse(askedAt))) {
    throw new Error('it has no type "verify" with the time when it was asked');
  }
  return {
    askedAt,
    against: textOf(document, "against") ?? null,
    answers: list(field(document, "answers")).map(comparedOf),
    unasked: texts(field(document, "unasked")),
    unpublished: texts(field(document, "unpublished")),
  };
}

function comparedOf(value: unknown): Compared {
  const question = textOf(value, "question");
  const verdict = field(value, "verdict");
  if (question === undefined || !VERDICTS.has(verdict)) {
    throw new Error("an answer has no question or verdict");
  }
  return {
    question,
    old: answerOf(field(value, "old")),
    new: answerOf(field(value, "new")),
    // The edge: it is one of them, as was just seen.
    verdict: verdict as Verdict,
    differs: texts(field(value, "differs")),
  };
}

function answerOf(value: unknown): Answer {
  const status = field(value, "status");
  const certificate = field(value, "certificate");
  return {
    ...known("silence", textOf(value, "silence")),
    ...known("status", typeof status === "number" ? status : undefined),
    ...known("location", textOf(value, "location")),
    ...known("contentType", textOf(value, "contentType")),
    ...known("digest", textOf(value, "digest")),
    ...known("isUnended", field(value, "isUnended") === true ? true : undefined),
    ...known("certificate", certificate === undefined ? undefined : certificateOf(certificate)),
  };
}

function certificateOf(value: unknown): Certificate {
  const text = (key: string): string => textOf(value, key) ?? "";
  return { fingerprint: text("fingerprint"), subject: text("subject"), until: text("until") };
}

function known<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // The edge: TypeScript does not follow a computed key.
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

function textOf(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === "string" ? found : undefined;
}

function texts(value: unknown): readonly string[] {
  return items(value).filter((one) => typeof one === "string");
}
