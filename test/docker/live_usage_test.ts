/** What running containers use, and the limits that are proposed from it. */
import assert from "node:assert/strict";
import type { Engine } from "../../lib/docker/engine.ts";
import { liveUsage, usageOf } from "../../lib/docker/live_usage.ts";
import { convertStack } from "../../lib/checks/convert_stack.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { stackRouting } from "../../lib/stack/stack_routing.ts";
import { projectOf } from "./project.ts";

const MIB = 1024 * 1024;

/** As the engine answers on a machine with cgroup v2 and four processors. */
function stats(memory: number, share: number): unknown {
  return {
    memory_stats: { usage: memory + 10 * MIB, stats: { inactive_file: 10 * MIB } },
    cpu_stats: { cpu_usage: { total_usage: 1e9 + share * 1e9 }, system_cpu_usage: 8e9, online_cpus: 4 },
    precpu_stats: { cpu_usage: { total_usage: 1e9 }, system_cpu_usage: 4e9 },
  };
}

Deno.test("usageOf() leaves the cache out and counts processors as docker stats does", () => {
  assert.deepEqual(usageOf(stats(100 * MIB, 0.5)), { memory: 100 * MIB, cpus: 0.5 });
  const old = {
    memory_stats: { usage: 50, stats: { total_inactive_file: 20 } },
    cpu_stats: {},
    precpu_stats: {},
  };
  assert.deepEqual(usageOf(old), { memory: 30, cpus: 0 });
  for (const answer of [undefined, {}, { memory_stats: {} }, "x"]) assert.equal(usageOf(answer), undefined);
});

Deno.test("liveUsage() takes the largest of a service's containers and leaves strangers out", async () => {
  const container = (Id: string, service: string): unknown => ({
    Id,
    Labels: { "com.docker.compose.service": service },
  });
  const engine: Engine = {
    endpoint: { host: "unix:///engine", origin: "test", isInForce: true },
    json: (path) => {
      if (path.startsWith("/containers/json")) {
        return Promise.resolve([container("a1", "web"), container("a2", "web"), container("b1", "gone"), {
          Id: "../x",
        }]);
      }
      return Promise.resolve(stats(path.includes("a2") ? 200 * MIB : 100 * MIB, 0.1));
    },
    bytes: () => Promise.resolve(undefined),
    change: () => Promise.reject(new Error("Nothing is changed by a look")),
    [Symbol.dispose]: () => {},
  };
  const usage = await liveUsage(engine, projectOf({ web: { name: "web", image: "nginx:1.27.2" } }));
  assert.deepEqual([...usage], [["web", { memory: 200 * MIB, cpus: 0.1 }]]);
});

Deno.test("limits are proposed for services that name none, in a line that decisions.yaml takes", () => {
  const project = projectOf({
    web: { name: "web", image: "nginx:1.27.2" },
    limited: { name: "limited", image: "nginx:1.27.2", mem_limit: "1073741824" },
  });
  const { decisions } = parseDecisions("", "decisions.yaml");
  const sample = { memory: 100 * MIB, cpus: 0.123 };
  const input = { project, bindSources: new Map(), decisions, images: () => undefined };
  const { conversion: { findings } } = convertStack({
    ...input,
    ...stackRouting(input),
    usage: new Map([["limited", sample], ["web", sample]]),
  });
  const proposed = findings.find(({ code }) => code === "kube-limits-proposed");
  const line = proposed?.hint?.slice(proposed.hint.indexOf("services:")) ?? "";
  assert.equal(
    line,
    "services: { web: { resources: { requestMemory: 128Mi, memory: 256Mi, requestCpu: 130m } } }",
  );
  assert.deepEqual(parseDecisions(line, "decisions.yaml").diagnostics, []);
});
