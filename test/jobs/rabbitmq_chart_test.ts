/** The values for the broker's chart: our claim, node name and Secrets, whose keys exist. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { checkAgreement } from "../../lib/stack/secrets/shared_secrets.ts";
import { Decided } from "../../lib/decisions/decided.ts";
import type { JobDecisions } from "../../lib/decisions/jobs.ts";
import { brokerChart, missingKeys } from "../../lib/kube/jobs/rabbitmq/rabbitmq_chart.ts";
import { record } from "../../lib/values/json.ts";
import { convertFaf, fafTest } from "../kube/faf_stack.ts";
import { fafDecisions } from "./faf_decisions.ts";

const CHART = {
  repo: "https://charts.example.org",
  chart: "rabbitmq",
  version: "10.0.0",
  erlangCookie: { secret: "erlang", key: "cookie" },
};

async function withChart(values?: Record<string, unknown>): Promise<JobDecisions> {
  const { brokers } = await fafDecisions();
  const broker = brokers?.["faf-rabbitmq"];
  assert.ok(broker !== undefined);
  return {
    brokers: {
      "faf-rabbitmq": { ...broker, chart: { ...CHART, ...(values === undefined ? {} : { values }) } },
    },
  };
}

fafTest("brokerChart() keeps FAF's data, node name and Secrets", async () => {
  const converted = await convertFaf();
  const { conversion } = converted;
  const decisions = await withChart({ auth: { tls: { enabled: false } }, replicaCount: 1 });
  assert.deepEqual(checkAgreement(converted.conversion, converted, decisions), []);
  const { objects, findings } = brokerChart(conversion, decisions, "faf-rabbitmq");
  assert.deepEqual(findings.map(({ code, severity, message }) => [code, severity, message]), [[
    "kube-chart-secret",
    "warning",
    'The chart of "brokers.faf-rabbitmq" reads Secret "erlang", which this stack does not make',
  ]]);
  const [secret, chart] = objects.map(({ object }) => object);
  assert.deepEqual(secret?.["data"], { "rabbitmq-password": btoa("banana") });
  // Its installer may do everything, and must not lie where an operator can have its token.
  assert.deepEqual(chart?.metadata, { name: "faf-faf-rabbitmq", namespace: "kube-system" });
  const spec = record(chart?.["spec"]);
  assert.equal(spec?.["targetNamespace"], "faf");
  const content = String(spec?.["valuesContent"]);
  assert.ok(!content.includes("banana"));
  const values = parse(content);
  assert.deepEqual(values.auth, {
    username: "admin",
    existingPasswordSecret: "faf-rabbitmq-chart",
    existingSecretPasswordKey: "rabbitmq-password",
    existingErlangSecret: "erlang",
    existingSecretErlangKey: "cookie",
    tls: { enabled: false },
  });
  assert.equal(values.fullnameOverride, "faf-rabbitmq");
  assert.equal(values.plugins, "rabbitmq_management");
  assert.deepEqual(
    [values.metrics, values.containerPorts, values.service],
    [{ enabled: true }, { metrics: 15692 }, { ports: { metrics: 15692 } }],
  );
  assert.deepEqual(values.persistence, {
    enabled: true,
    existingClaim: "data-faf-rabbitmq",
    mountPath: "/bitnami/rabbitmq/mnesia",
    subPath: "mnesia",
  });
  assert.deepEqual(values.args, [
    "export RABBITMQ_NODE_NAME='rabbit@rabbitmq' RABBITMQ_USE_LONGNAME='false' " +
    "RABBITMQ_MNESIA_DIR='/bitnami/rabbitmq/mnesia/rabbit@rabbitmq'; " +
    "exec /opt/bitnami/scripts/rabbitmq/entrypoint.sh /opt/bitnami/scripts/rabbitmq/run.sh",
  ]);
  assert.equal(values.extraEnvVars, undefined);
  assert.deepEqual(values.hostAliases[0].hostnames, ["rabbitmq", "rabbitmq.faforever.localhost"]);
});

fafTest("brokerChart() keeps the other names by which programs reach the broker", async () => {
  const { conversion } = await convertFaf();
  const service = conversion.services.get("faf-rabbitmq");
  assert.ok(service !== undefined);
  const metadata = { name: "queue", namespace: "faf" };
  const network = [...service.network, { object: { apiVersion: "v1", kind: "Service", metadata } }];
  const services = new Map([...conversion.services, ["faf-rabbitmq", { ...service, network }]]);
  const { objects } = brokerChart({ ...conversion, services }, await withChart(), "faf-rabbitmq");
  assert.deepEqual(objects.map(({ object }) => object).filter(({ kind }) => kind === "Service"), [{
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { type: "ExternalName", externalName: "faf-rabbitmq.faf.svc.cluster.local" },
  }]);
});

fafTest("brokerChart() makes nothing where no chart is decided", async () => {
  const { conversion } = await convertFaf();
  assert.deepEqual(brokerChart(conversion, await fafDecisions(), "faf-rabbitmq"), {
    objects: [],
    findings: [],
  });
});

fafTest(
  "a key that the chart reads and a Secret lacks is an error with the keys that there are",
  async () => {
    const { conversion } = await convertFaf();
    const decisions = await withChart({ auth: { existingPasswordSecret: "faf-rabbitmq-env" } });
    const { objects, findings } = brokerChart(conversion, decisions, "faf-rabbitmq");
    assert.deepEqual(objects, []);
    const [error] = findings;
    assert.equal(error?.code, "kube-chart-secret");
    assert.match(error?.hint ?? "", /RABBITMQ_DEFAULT_PASS/);
    assert.deepEqual(missingKeys({ auth: {} }, [], new Decided({}, "x")), []);
  },
);
