import assert from "node:assert/strict";
import { renderVerify } from "../../lib/report/verify_text.ts";

Deno.test("renderVerify() is a line for each question, and what it comes to", () => {
  const answer = { status: 200, digest: "0123456789abcdef" };
  const certificate = { fingerprint: "fedcba9876543210", subject: "a.test", until: "" };
  const text = renderVerify([
    { question: "http://a.test/", old: answer, new: answer, verdict: "same", differs: [] },
    {
      question: "https://b.test/",
      old: { ...answer, certificate },
      new: { status: 301, location: "https://c.test/" },
      verdict: "differs",
      differs: ["status", "location"],
    },
    { question: "tcp db:5432", old: {}, new: { silence: "refused" }, verdict: "old", differs: [] },
  ], { unasked: ["HostRegexp(`.+`)"], unpublished: ['Host(`d.test`) on "metrics"'] });
  assert.equal(
    text,
    `http://a.test/   Docker 200 01234567                       cluster 200 01234567                     the same
https://b.test/  Docker 200 01234567 certificate fedcba98  cluster 301 to https://c.test/ changing  differs: status, location
tcp db:5432      Docker open                               cluster - (refused)                      only Docker answers
Not asked, as the rule says more than host and path: HostRegexp(\`.+\`)
Not asked, as the front does not open the entry point: Host(\`d.test\`) on "metrics"
3 questions: 1 the same, 1 differs, 1 only Docker answers
`,
  );
});

Deno.test("renderVerify() says of a body that it did not end", () => {
  const stream = { status: 200, isUnended: true };
  const text = renderVerify(
    [{ question: "http://a.test/", old: stream, new: stream, verdict: "same", differs: [] }],
    { unasked: [], unpublished: [] },
  );
  assert.match(text, /^http:\/\/a\.test\/ +Docker 200 not ended +cluster 200 not ended +the same\n/);
});
