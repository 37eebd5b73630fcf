import assert from "node:assert/strict";
import { type Answer, compare } from "../../../lib/run/verify/answer.ts";

const GOOD: Answer = { status: 200, contentType: "text/html", digest: "aa" };
const SILENT: Answer = { silence: "connection refused" };

function verdict(old: Answer, now: Answer): string {
  const { verdict, differs } = compare("http://a.test/", old, now);
  return [verdict, ...differs].join(" ");
}

Deno.test("compare() says who answers", () => {
  assert.equal(verdict(GOOD, GOOD), "same");
  assert.equal(verdict(GOOD, SILENT), "old");
  assert.equal(verdict(SILENT, GOOD), "new");
  assert.equal(verdict(SILENT, SILENT), "none");
});

Deno.test("compare() names what differs", () => {
  assert.equal(verdict(GOOD, { ...GOOD, status: 500 }), "differs status");
  assert.equal(verdict(GOOD, { ...GOOD, digest: "bb" }), "differs body");
  assert.equal(verdict(GOOD, { ...GOOD, location: "https://a.test/" }), "differs location");
  assert.equal(verdict(GOOD, { ...GOOD, contentType: "text/plain" }), "differs content type");
  const certificate = { fingerprint: "11", subject: "a.test", until: "" };
  assert.equal(verdict({ ...GOOD, certificate }, GOOD), "differs certificate");
  const renewed = { ...certificate, fingerprint: "22" };
  assert.equal(verdict({ ...GOOD, certificate }, { ...GOOD, certificate: renewed }), "differs certificate");
});

Deno.test("compare() does not hold a body that changes at every request against anybody", () => {
  assert.equal(verdict({ status: 200 }, { status: 200, digest: "aa" }), "same");
  assert.equal(verdict({ status: 200, contentType: "text/html" }, GOOD), "same");
});

Deno.test("compare() says where one body ends and the other does not", () => {
  const stream = { status: 200, contentType: "text/event-stream", isUnended: true };
  assert.equal(verdict(stream, stream), "same");
  assert.equal(verdict(stream, { status: 200, contentType: "text/event-stream" }), "differs end of the body");
});

Deno.test("compare() takes two certificates that Traefik made for itself for alike, and no other two", () => {
  const shown = (fingerprint: string, subject: string): Answer => ({
    status: 200,
    certificate: { fingerprint, subject, until: "" },
  });
  const own = "TRAEFIK DEFAULT CERT";
  assert.deepEqual(compare("q", shown("a", own), shown("b", own)).differs, []);
  assert.deepEqual(compare("q", shown("a", own), shown("b", "site.test")).differs, ["certificate"]);
  assert.deepEqual(compare("q", shown("a", "site.test"), shown("b", "site.test")).differs, ["certificate"]);
});
