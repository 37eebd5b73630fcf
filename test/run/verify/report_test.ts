import { deepEqual, throws } from "node:assert/strict";
import { parseVerifyReport } from "../../../lib/run/verify/report.ts";

const REPORT = {
  type: "verify",
  askedAt: "2026-01-01T12:00:00.000Z",
  against: null,
  answers: [{
    question: "https://a.test/",
    old: { status: 200, digest: "01", certificate: { fingerprint: "fe", subject: "a.test", until: "" } },
    new: { silence: "refused" },
    verdict: "old",
    differs: [],
  }],
  unasked: ["HostRegexp(`.+`)"],
  unpublished: [],
};

Deno.test("parseVerifyReport() reads what verify writes, and leaves behind what is no part of it", () => {
  const { type: _, ...report } = REPORT;
  deepEqual(parseVerifyReport(JSON.stringify(REPORT)), report);
  const [answer] = REPORT.answers;
  const more = {
    ...REPORT,
    cookie: "x",
    answers: [{ ...answer, body: "x", old: { ...answer?.old, cookie: "x" } }],
  };
  deepEqual(parseVerifyReport(JSON.stringify(more)), report);
});

Deno.test("parseVerifyReport() refuses what is none", () => {
  for (const text of ["", "[]", "{}", '{"type":"verify"}', '{"type":"verify","askedAt":"now"}']) {
    throws(() => parseVerifyReport(text), Error, text);
  }
  throws(
    () => parseVerifyReport(JSON.stringify({ ...REPORT, answers: [{ question: "x" }] })),
    /no question or verdict/,
  );
});
