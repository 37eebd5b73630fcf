import assert from "node:assert/strict";
import { convertFaf, fafTest } from "./faf_stack.ts";

/** What each service has to become: its kind and, for a Deployment, how a rollout replaces it. */
const TARGET: Readonly<Record<string, string>> = {
  "cadvisor": "none",
  "faf-aio-replayserver": "none",
  "faf-anope": "Deployment Recreate",
  "faf-content": "Deployment Recreate",
  "faf-coturn": "Deployment Recreate",
  "faf-db": "StatefulSet",
  "faf-db-migrations": "Job",
  "faf-ircd": "StatefulSet",
  "faf-java-api": "Deployment Recreate",
  "faf-league-service": "Deployment Recreate",
  "faf-ory-hydra": "Deployment RollingUpdate",
  "faf-policy-server": "Deployment Recreate",
  "faf-postal": "Deployment Recreate",
  "faf-python-server": "Deployment Recreate",
  "faf-qai": "Deployment Recreate",
  "faf-rabbitmq": "StatefulSet",
  "faf-rust-replayserver": "Deployment Recreate",
  "faf-telemetry-server": "Deployment RollingUpdate",
  "faf-traefik": "none",
  "faf-user-service": "Deployment RollingUpdate",
  "faf-website": "Deployment RollingUpdate",
  "faf-wordpress": "Deployment Recreate",
  "grafana": "Deployment Recreate",
  "loki": "Deployment Recreate",
  "mongodb": "StatefulSet",
  "mysql-exporter": "Deployment Recreate",
  "node-exporter": "Deployment Recreate",
  "nodebb": "Deployment Recreate",
  "phpbb3-archive": "Deployment Recreate",
  "postgres-wikijs": "StatefulSet",
  "prometheus": "Deployment Recreate",
  "promtail": "none",
  "qai": "Deployment Recreate",
  "unitdb": "Deployment RollingUpdate",
  "voting": "Deployment RollingUpdate",
  "wikijs": "Deployment Recreate",
};

fafTest("FAF: every service becomes what its meaning asks for", async () => {
  const { conversion } = await convertFaf();
  const found = Object.fromEntries([...conversion.services.values()].map(({ name, kind, workload }) => {
    const spec = workload[0]?.object["spec"] as { strategy?: { type: string } } | undefined;
    return [name, spec?.strategy === undefined ? kind : `${kind} ${spec.strategy.type}`];
  }));
  assert.deepEqual(found, TARGET);
});

fafTest("FAF: with its decisions nothing is left to ask and nothing is wrong", async () => {
  const { diagnostics } = await convertFaf();
  const open = diagnostics.filter(({ severity }) => severity === "error" || severity === "question");
  assert.deepEqual(open.map(({ code, message }) => `${code}: ${message}`), []);
});

fafTest("FAF: every finding has a place, and every question a ready line for decisions.yaml", async () => {
  const { conversion } = await convertFaf(() => {}, "");
  for (const { code, severity, span, hint, message } of conversion.findings) {
    assert.ok(span !== undefined, `${code}: ${message}`);
    assert.doesNotMatch(message, /\.$/, code);
    if (severity === "question") {
      assert.match(hint ?? "", /(services|publish|storage|users|traefik|images): \{/, code);
    }
  }
});

fafTest(
  "FAF: who runs as root in compose runs as root, and who does not say runs as its image says",
  async () => {
    const { conversion, project } = await convertFaf();
    for (const service of conversion.services.values()) {
      const template = service.workload[0]?.object["spec"] as
        | { template: { spec: { containers: { securityContext?: { runAsUser?: number } }[] } } }
        | undefined;
      if (template === undefined) continue;
      const user = project.services[service.name]?.user;
      const runAsUser = template.template.spec.containers[0]?.securityContext?.runAsUser;
      assert.equal(runAsUser, user === "root" ? 0 : undefined, service.name);
    }
  },
);
