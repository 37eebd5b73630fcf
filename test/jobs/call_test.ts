/** The Job of a call over HTTP: what it asks a real server, run in busybox as its image has it. */
import assert from "node:assert/strict";
import type { Calls } from "../../lib/kube/jobs/decisions.ts";
import { serviceCalls } from "../../lib/kube/jobs/http_calls.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({ busybox: "busybox" });
const TOKEN = 'ba/na+na &?=%{TOKEN}"$(id)` ü';

const stack = smallConversion({ unitdb: { secrets: { TOKEN, OTHER: "peel", EMPTY: "" } } });

function call(decided: Calls[string][string]): ReturnType<typeof serviceCalls> {
  return serviceCalls(stack, { calls: { unitdb: { load: decided } } }, "unitdb", "key");
}

async function run(decided: Calls[string][string]): Promise<JobRun> {
  const { objects, findings } = call(decided);
  assert.deepEqual(findings, []);
  const job = objects[0]?.object;
  assert.ok(job);
  return await runJob(job, stack.configuration, ["unitdb"], { shell: ["sh"], withoutCurl: true });
}

/** A server that notes what it is asked and answers with a status. */
async function withServer(
  status: number,
  body: (port: number, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    const token = url.searchParams.get("token") ?? "";
    asked.push(`${request.method} ${url.pathname} ${url.searchParams.get("version") ?? ""} ${token}`);
    return new Response(`the answer holds ${token}`, { status });
  });
  try {
    await body(server.addr.port, asked);
  } finally {
    await server.shutdown();
  }
}

const title = (name: string): { name: string; ignore: boolean } => ({
  name: `${name}${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  ignore: missing !== undefined,
});

Deno.test({
  ...title("a call asks once, with the secret encoded, and prints neither secret nor answer"),
  fn: () =>
    withServer(200, async (port, asked) => {
      const path = "/update.php?version={VERSION}&token={TOKEN}";
      const variables = { TOKEN: "unitdb.TOKEN", VERSION: "unitdb.OTHER" };
      const { success, output } = await run({ path, port, variables });
      assert.ok(success, output);
      assert.deepEqual(asked, [`GET /update.php peel ${TOKEN}`]);
      assert.equal(output, "Done\n");
    }),
});

Deno.test({
  ...title("a call may post"),
  fn: () =>
    withServer(201, async (port, asked) => {
      const { success, output } = await run({ path: "/load", method: "POST", port });
      assert.ok(success, output);
      assert.deepEqual(asked, ["POST /load  "]);
    }),
});

Deno.test({
  ...title("a refused call fails, says the status and shows no secret; an empty secret asks nobody"),
  fn: () =>
    withServer(403, async (port, asked) => {
      const refused = await run({ path: "/?token={TOKEN}", port, variables: { TOKEN: "unitdb.TOKEN" } });
      assert.equal(refused.success, false);
      assert.match(refused.output, /403/);
      assert.doesNotMatch(refused.output, /na\+na|token=/);
      const empty = await run({ path: "/?token={TOKEN}", port, variables: { TOKEN: "unitdb.EMPTY" } });
      assert.equal(empty.success, false);
      assert.equal(asked.length, 1);
    }),
});

Deno.test("a call without a port, a placeholder without a variable and a variable without one are errors", () => {
  const codes = (decided: Calls[string][string]): string[] => call(decided).findings.map(({ code }) => code);
  assert.deepEqual(codes({ path: "/" }), ["kube-job-call"]);
  assert.deepEqual(codes({ path: "/{A}", port: 80 }), ["kube-job-call"]);
  assert.deepEqual(codes({ path: "/", port: 80, variables: { A: "unitdb.TOKEN" } }), ["kube-job-call"]);
  assert.deepEqual(codes({ path: "/{A}", port: 80, variables: { A: "unitdb.NONE" } }), [
    "kube-job-reference",
  ]);
});

Deno.test("a changed secret is another run, and the object does not hold it", () => {
  const decided = { path: "/{A}", port: 80, variables: { A: "unitdb.TOKEN" } };
  const [first] = call(decided).objects;
  const changed = smallConversion({ unitdb: { secrets: { TOKEN: "other" } } });
  const [second] = serviceCalls(changed, { calls: { unitdb: { load: decided } } }, "unitdb", "key").objects;
  assert.notDeepEqual(first, second);
  assert.doesNotMatch(JSON.stringify(first), /na\+na/);
});
