/** The page of a run on a real API server, and that of the cluster afterwards. */
import { deepEqual, equal, match } from "node:assert/strict";
import { withCluster } from "../embedded_cluster/fixture.ts";
import { withFiles } from "../cli/in_process.ts";
import type { PageModel } from "../../lib/views/page/model.ts";
import { runFerry } from "./ferry.ts";

function modelOf(page: string): PageModel {
  const data = /<script type="application\/json" id="page">\s*(\{.*\})\s*<\/script>/.exec(page)?.[1] ?? "";
  return JSON.parse(data).model;
}

Deno.test("migrate --report leaves the page of its end, and status and report make the same of the record", () =>
  withCluster((cluster) => {
    const files = {
      "compose.yaml": "services:\n  web: { image: 'nginx:1.27.2', expose: [80] }\n",
      "decisions.yaml": `namespace: ${cluster.prefix}-page\nengine: none\n`,
    };
    return withFiles(files, async (directory) => {
      const where = ["--stack", directory, "--embedded"];
      const pageOf = async (...args: readonly string[]): Promise<PageModel> => {
        const { code, err } = await runFerry([...args, ...where], { cluster, directory });
        equal(code, 0, err);
        return modelOf(await Deno.readTextFile(`${directory}/page.html`));
      };
      const moved = await pageOf("migrate", "--yes", "--report", "page.html");
      equal(moved.isLive, false);
      const states = moved.migrations.filter(({ objects }) => objects.length > 0).map(({ state }) => state);
      deepEqual([...new Set(states)], ["applied"]);
      deepEqual(moved.runs.length, 1);
      deepEqual(
        moved.runs[0]?.migrations.map(({ id }) => id),
        moved.migrations.filter(({ objects }) => objects.length > 0).map(({ id }) => id),
      );
      for (const args of [["status", "--report", "page.html"], ["report", "--to", "page.html"]]) {
        const { madeAt: _, waits: __, ...later } = await pageOf(...args);
        const { madeAt: ___, waits: ____, ...now } = moved;
        deepEqual(later, now, args.join(" "));
      }
    });
  }));

Deno.test("a page that cannot be written is said before the run does anything", () =>
  withCluster((cluster) => {
    const files = {
      "compose.yaml": "services:\n  web: { image: 'nginx:1.27.2', expose: [80] }\n",
      "decisions.yaml": `namespace: ${cluster.prefix}-nopage\nengine: none\n`,
    };
    return withFiles(files, async (directory) => {
      const where = ["--stack", directory, "--embedded"];
      const flags = ["migrate", "--yes", "--report", "no/such/page.html"];
      const { code, err } = await runFerry([...flags, ...where], { cluster, directory });
      equal(code, 3, err);
      match(err, /cli-report-unwritable/);
      const { out } = await runFerry(["status", ...where], { cluster, directory });
      match(out, /0 of \d+ migrations applied/);
    });
  }));
