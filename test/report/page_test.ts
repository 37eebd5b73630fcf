/** The file that holds a page: whatever a stack is called, it stays data. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { renderPage } from "../../lib/report/page.ts";
import type { PageModel } from "../../lib/views/page/model.ts";

const MODEL: PageModel = {
  schemaVersion: 1,
  project: "</title><script>alert(1)</script> $& /* script */ \u202e",
  namespace: "shop",
  madeAt: "2026-01-01T00:00:00.000Z",
  isLive: false,
  services: [],
  migrations: [],
  objects: [],
  findings: [],
  decisions: [],
  networks: { policies: false, networks: [], services: [] },
  secrets: [],
  runs: [],
  waits: [],
  verifications: [],
};

const FILES = {
  html: '<title>of a stack</title><style>/* style */</style><script type="application/json">"data"</script>' +
    "<script>/* script */</script>",
  style: "a { color: red }",
  script: "'$1'",
};

Deno.test("renderPage() keeps names from becoming markup, and data whole", () => {
  const page = renderPage(MODEL, "<svg></svg>", FILES);
  equal(page.match(/<script/g)?.length, 2);
  doesNotMatch(page, /\u202e/);
  match(page, /<script>'\$1'<\/script>$/);
  const data = /<script type="application\/json">(.*?)<\/script>/.exec(page)?.[1] ?? "";
  const project = MODEL.project.replace("\u202e", "\\u202e");
  deepEqual(JSON.parse(data), { model: { ...MODEL, project }, map: "<svg></svg>" });
});
