import assert from "node:assert/strict";
import { renderWays } from "../../lib/report/ways_text.ts";

Deno.test("renderWays() says who finds what on the other side, and what does not run", () => {
  assert.equal(
    renderWays([
      { service: "bay", to: "docker", container: "shop-bay-from-kubernetes", isRunning: false },
      { service: "site", to: "cluster", container: "shop-site-in-kubernetes", isRunning: true },
    ]),
    `Names that lead to the other side:
  bay   pods find it in Docker by shop-bay-from-kubernetes, which does not run: docker start shop-bay-from-kubernetes
  site  containers find it in the cluster by shop-site-in-kubernetes
`,
  );
  assert.equal(renderWays([]), "");
});
