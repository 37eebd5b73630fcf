/** Traefik runs outside of the stack's namespace: what it is told of the stack's services has their full names. */
import assert from "node:assert/strict";
import { withFiles } from "../cli/in_process.ts";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const COMPOSE = `name: shop
services:
  traefik:
    image: traefik:v3.1
    ports: ["80:80"]
    command:
      - --entrypoints.web.address=:80
      - --log.level=INFO
      - --tracing.otlp.http.endpoint=http://collector:4318/v1/traces
      - --metrics.influxdb2.address=http://influx.example.org:8086
      - --providers.docker.exposedbydefault=false
  collector: { image: "registry.example/collector:1" }
  guard: { image: "registry.example/guard:1" }
  redis: { image: "redis:7" }
  app:
    image: registry.example/app:1
    labels:
      traefik.enable: "true"
      traefik.http.routers.app.rule: Host(\`app.example.org\`)
      traefik.http.routers.app.middlewares: guard,slow
      traefik.http.services.app.loadbalancer.server.port: "3000"
      traefik.http.middlewares.guard.plugin.bouncer.host: guard:8080
      traefik.http.middlewares.guard.plugin.bouncer.mode: redis
      traefik.http.middlewares.guard.plugin.bouncer.trusted: 10.0.0.0/8
      traefik.http.middlewares.asks.forwardauth.address: http://guard:8080?rd=https://x.example.org/
      traefik.http.middlewares.slow.ratelimit.average: "50"
      traefik.http.middlewares.slow.ratelimit.redis.endpoints: redis:6379
`;

async function converted(): Promise<TestStack> {
  let result: TestStack | undefined;
  await withFiles({ "compose.yaml": COMPOSE }, async (directory) => {
    result = await planTestStack({ directory });
  });
  assert.ok(result);
  return result;
}

function specOf({ conversion }: TestStack, kind: string, name: string): string {
  const found = conversion.traefik.find(({ object }) =>
    object.kind === kind && object.metadata.name === name
  );
  return JSON.stringify(found?.object["spec"]);
}

Deno.test("arguments name the stack's services by their full names, and others as they are", async () => {
  const values = specOf(await converted(), "HelmChartConfig", "traefik");
  assert.match(
    values,
    /--tracing\.otlp\.http\.endpoint=http:\/\/collector\.shop\.svc\.cluster\.local:4318\/v1\/traces/,
  );
  assert.match(values, /--metrics\.influxdb2\.address=http:\/\/influx\.example\.org:8086/);
});

Deno.test("settings of plugins and of a shared limit do as well; a word that is no address stays", async () => {
  const stack = await converted();
  assert.deepEqual(JSON.parse(specOf(stack, "Middleware", "guard")), {
    plugin: {
      bouncer: { host: "guard.shop.svc.cluster.local:8080", mode: "redis", trusted: "10.0.0.0/8" },
    },
  });
  assert.match(
    specOf(stack, "Middleware", "slow"),
    /"endpoints":\["redis\.shop\.svc\.cluster\.local:6379"\]/,
  );
  assert.match(
    specOf(stack, "Middleware", "asks"),
    /"http:\/\/guard\.shop\.svc\.cluster\.local:8080\?rd=https:\/\/x\.example\.org\/"/,
  );
  const ports = stack.conversion.ports.get("guard")?.map(({ port }) => port);
  assert.deepEqual(ports, [8080], "the port that only Traefik calls is a port of the Service");
});
