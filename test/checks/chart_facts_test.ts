/** The values made here, against what the charts that they are for read. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { brokerChart } from "../../lib/kube/jobs/rabbitmq/rabbitmq_chart.ts";
import { record } from "../../lib/values/json.ts";
import type { Conversion } from "../../lib/kube/conversion.ts";
import { fafDecisions } from "../jobs/faf_decisions.ts";
import { type ChartFacts, RABBITMQ, TRAEFIK } from "./chart_facts.ts";
import { convertFaf, fafTest } from "../kube/faf_stack.ts";

/** Every path of the values that holds no map; a list is one value. */
function pathsOf(values: unknown, above = ""): string[] {
  const map = record(values);
  if (map === undefined || Object.keys(map).length === 0) return [above];
  return Object.entries(map).flatMap(([key, value]) =>
    pathsOf(value, above === "" ? key : `${above}.${key}`)
  );
}

/** Whether a fact is the path or above it. */
function covers(fact: string, path: string): boolean {
  const [known, asked] = [fact.split("."), path.split(".")];
  return known.length <= asked.length && known.every((key, index) => key === "*" || key === asked[index]);
}

function assertRead(facts: ChartFacts, values: unknown): void {
  for (const path of pathsOf(values)) {
    assert.ok(facts.reads.some((fact) => covers(fact, path)), `${facts.chart} does not read ${path}`);
    assert.ok(!facts.refuses.some((fact) => covers(fact, path)), `${facts.chart} refuses ${path}`);
  }
}

function valuesOf(objects: Conversion["traefik"], kind: string): Record<string, unknown> {
  const spec = objects.map(({ object }) => object).find((object) => object.kind === kind)?.["spec"];
  return parse(String(record(spec)?.["valuesContent"]));
}

fafTest("Traefik's chart reads all values made for FAF, in every version that k3s brings", async () => {
  const { conversion } = await convertFaf();
  const values = valuesOf(conversion.traefik, "HelmChartConfig");
  assert.ok(pathsOf(values).some((path) => path.startsWith("persistence.")));
  assert.ok(pathsOf(values).some((path) => path.startsWith("ports.websecure.")));
  for (const facts of TRAEFIK) assertRead(facts, values);
  const flags = values["additionalArguments"];
  assert.ok(
    Array.isArray(flags) && flags.some((flag) => /^--entrypoints\.websecure\.http\.tls=/.test(String(flag))),
  );
});

fafTest("RabbitMQ's chart reads all values made for FAF", async () => {
  const { conversion } = await convertFaf();
  const { brokers } = await fafDecisions();
  const broker = brokers?.["faf-rabbitmq"];
  assert.ok(broker !== undefined);
  const chart = { chart: "rabbitmq", version: "16.1.0", erlangCookie: { secret: "erlang", key: "cookie" } };
  const { objects } = brokerChart(
    conversion,
    { brokers: { "faf-rabbitmq": { ...broker, chart } } },
    "faf-rabbitmq",
  );
  const values = valuesOf(objects, "HelmChart");
  assertRead(RABBITMQ, values);
  assert.deepEqual(values["containerPorts"], { metrics: 15692 });
});
