/** The Job of a call over HTTP: what it asks a real server, run in busybox as its image has it. */
import assert from "node:assert/strict";
import type { Conversion, ConvertedService } from "../../lib/kube/conversion.ts";
import type { Calls } from "../../lib/decisions/jobs.ts";
import { serviceCalls } from "../../lib/kube/jobs/http_calls.ts";
import { withStartCalls } from "../../lib/kube/jobs/start_calls.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { ServicePort } from "../../lib/stack/ports.ts";
import { missingPackages } from "./packages.ts";
import { type JobRun, runJob } from "./run_job.ts";
import { smallConversion } from "./stack.ts";

const missing = await missingPackages({ busybox: "busybox" });
const TOKEN = 'ba/na+na &?=%{TOKEN}"$(id)` ü';

const stack = smallConversion({ unitdb: { secrets: { TOKEN, OTHER: "peel", EMPTY: "" } } });

function call(decided: Calls[string][string]): ReturnType<typeof serviceCalls> {
  return serviceCalls(stack, { calls: { unitdb: { load: decided } } }, "unitdb");
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
  port = 0,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
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
  ...title("a call waits for a program that does not listen yet"),
  fn: async () => {
    let port = 0;
    await withServer(200, (free) => Promise.resolve(void (port = free)));
    const running = run({ path: "/", port });
    await pause(3_000);
    await withServer(200, async (_port, asked) => {
      const { success, output } = await running;
      assert.ok(success, output);
      assert.deepEqual(asked, ["GET /  "]);
    }, port);
  },
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

Deno.test("a port that only an option names is not one to choose from", () => {
  const unitdb = stack.services.get("unitdb") as ConvertedService;
  const object = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "unitdb" },
    spec: { ports: [{ port: 25 }, { port: 53, protocol: "UDP" }, { port: 80 }] },
  };
  const port = (port: number, kind: "argument" | "expose"): ServicePort => ({
    port,
    protocol: "TCP",
    evidence: [{ kind, text: kind }],
  });
  const found = (kind: "argument" | "expose"): readonly string[] => {
    const conversion = {
      ...stack,
      services: new Map([["unitdb", { ...unitdb, network: [{ object }] }]]),
      ports: new Map([["unitdb", [port(25, kind), port(80, "expose")]]]),
    };
    return serviceCalls(conversion, { calls: { unitdb: { load: { path: "/" } } } }, "unitdb").findings
      .map(({ message }) => message);
  };
  assert.deepEqual(found("argument"), []);
  assert.match(found("expose")[0] ?? "", /does not say which port, and the service has 25, 80/);
});

Deno.test("a changed secret is another run, and the object does not hold it", () => {
  const decided = { path: "/{A}", port: 80, variables: { A: "unitdb.TOKEN" } };
  const changed = smallConversion({ unitdb: { secrets: { TOKEN: "other" } } });
  const jobsOf = ({ digests, ...conversion }: Conversion): string => {
    const jobs = serviceCalls({ digests, ...conversion }, { calls: { unitdb: { load: decided } } }, "unitdb");
    return JSON.stringify(digests.resolve(jobs, "key"));
  };
  assert.equal(jobsOf(stack), jobsOf(stack));
  assert.notEqual(jobsOf(changed), jobsOf(stack));
  assert.doesNotMatch(jobsOf(stack), /na\+na/);
});

/** The pods' template of the one service, with its calls at each start. */
function started(decided: Calls[string][string], conversion = stack): { object: KubeObject; text: string } {
  const decisions = { calls: { unitdb: { load: { at: "start" as const, ...decided } } } };
  assert.deepEqual(serviceCalls(conversion, decisions, "unitdb"), { objects: [], findings: [] });
  const symbolic = withStartCalls(conversion, decisions).services.get("unitdb")?.workload[0]?.object;
  const object = conversion.digests.resolve(symbolic, "key");
  assert.ok(object);
  return { object, text: JSON.stringify(object) };
}

Deno.test("a call at each start is a container beside the program, and no Job; a changed secret replaces the pods", () => {
  const decided = { path: "/{A}", port: 80, variables: { A: "unitdb.TOKEN" } };
  const { object, text } = started(decided);
  // The edge: a Deployment that this project planned.
  const { template } = object["spec"] as {
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } };
  };
  assert.deepEqual(template.spec.containers.map(({ name }) => name), ["unitdb", "call-load"]);
  assert.match(text, /"readinessProbe":\{"exec":\{"command":\["test","-e","\/tmp\/answered-call"\]\}/);
  assert.doesNotMatch(text, /na\+na/);
  assert.equal(started(decided).text, text);
  assert.notEqual(started(decided, smallConversion({ unitdb: { secrets: { TOKEN: "other" } } })).text, text);
});

Deno.test("a call at each start is refused for what ends, and for the same mistakes as one that is made once", () => {
  const load = { at: "start" as const, path: "/", port: 80 };
  const once = { ...stack.services.get("unitdb"), kind: "Job" as const };
  const ending = { ...stack, services: new Map([["unitdb", once as ConvertedService]]) };
  const found = serviceCalls(ending, { calls: { unitdb: { load } } }, "unitdb").findings;
  assert.deepEqual(found.map(({ code }) => code), ["kube-job-call"]);
  assert.match(found[0]?.message ?? "", /is a Job, which ends/);
  const broken = { calls: { unitdb: { load: { at: "start" as const, path: "/{A}", port: 80 } } } };
  assert.equal(serviceCalls(stack, broken, "unitdb").findings.length, 1);
  assert.deepEqual(withStartCalls(stack, broken).services, stack.services);
});

Deno.test({
  ...title("a call at each start is made again when the program was away, and ends where it is refused"),
  fn: async () => {
    let port = 0;
    await withServer(200, (free) => Promise.resolve(void (port = free)));
    const { object } = started({ path: "/?token={A}", port, variables: { A: "unitdb.TOKEN" } });
    const end = new AbortController();
    const running = runJob(object, stack.configuration, [], {
      shell: ["sh"],
      withoutCurl: true,
      container: "call-load",
      signal: end.signal,
    });
    for (const _ of ["first", "again"]) {
      await withServer(200, async (_port, asked) => {
        for (let turn = 0; asked.length === 0 && turn < 200; turn++) await pause(100);
        await pause(3_000);
        assert.deepEqual(asked, [`GET /  ${TOKEN}`], "once for each start");
      }, port);
      // It looks every two seconds, and must see that nothing listens.
      await pause(10_000);
    }
    await withServer(403, async () => {
      const { success, output } = await running;
      assert.equal(success, false);
      assert.match(output, /The answer is 403/);
      assert.doesNotMatch(output, /na\+na|token=/);
    }, port);
  },
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
