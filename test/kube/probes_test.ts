/** What an unhealthy program loses in the cluster: nothing that Docker leaves it. */
import { deepEqual, equal } from "node:assert/strict";
import { fields } from "../../lib/values/json.ts";
import { containerOf, objectNamed, planText } from "../cli/planned_text.ts";

const STACK = `services:
  sick:
    image: acme/sick:1.0
    restart: always
    ports: ["8080:8080"]
    healthcheck: { test: [CMD, check], interval: 10s }
  zero:
    image: acme/zero:1.0
    restart: always
    healthcheck: { test: [CMD, check], interval: 0s, timeout: 0s, retries: 0, start_interval: 0s }
  plain: { image: "acme/plain:1.0", restart: always, ports: ["8081:8081"] }
`;

/** What no count of failures reaches. */
const NEVER = 2147483647;

Deno.test("a program that never becomes healthy is never killed, but for a decided time or liveness", async () => {
  const failures = async (decision: string): Promise<unknown> => {
    const stack = await planText(STACK, { decisions: `services: { sick: ${decision} }\n` });
    return fields(containerOf(stack, "sick")["startupProbe"])["failureThreshold"];
  };
  equal(await failures("{}"), NEVER);
  equal(await failures("{ startupSeconds: 60 }"), 12);
  equal(await failures("{ liveness: true }"), 720);
});

Deno.test("zeros of a health check are Docker's defaults", async () => {
  const { startupProbe, readinessProbe } = containerOf(await planText(STACK), "zero");
  const exec = { command: ["check"] };
  deepEqual(readinessProbe, { exec, periodSeconds: 30, timeoutSeconds: 30, failureThreshold: 3 });
  deepEqual(startupProbe, { exec, periodSeconds: 5, timeoutSeconds: 30, failureThreshold: NEVER });
});

Deno.test("a published port leads to its program whatever its health, unless names wait for it", async () => {
  const early = async (service: string, decisions: string): Promise<unknown> => {
    const stack = await planText(STACK, { decisions });
    return fields(objectNamed(stack, "Service", service)?.["spec"])["publishNotReadyAddresses"];
  };
  equal(await early("sick-public", ""), true);
  equal(await early("sick-public", "names: ready\n"), undefined);
  equal(await early("plain-public", ""), undefined);
  equal(await early("sick-ready", ""), undefined);
});

Deno.test("a check with a secret is read from a Secret where its image has a shell, and else asked about", async () => {
  const checked = (test: string): string =>
    `services:\n  db:\n    image: acme/db:1.0\n    restart: always\n    healthcheck: { test: ${test} }\n`;
  const stack = await planText(checked(`[CMD, mysqladmin, ping, "-pit's-Kd93jWq0"]`));
  const script = ["/bin/sh", "-c", 'exec /bin/sh -c "$COMPOSE_HEALTHCHECK"'];
  deepEqual(fields(fields(containerOf(stack, "db")["readinessProbe"])["exec"])["command"], script);
  const secret = fields(objectNamed(stack, "Secret", "db-env")?.["data"]);
  equal(atob(String(secret["COMPOSE_HEALTHCHECK"])), String.raw`exec mysqladmin ping '-pit'\''s-Kd93jWq0'`);
  equal(stack.diagnostics.some(({ code }) => code === "kube-probe-secret"), false);

  const own = await planText(checked(`[CMD, /health, --password=Kd93jWq0]`));
  equal(containerOf(own, "db")["readinessProbe"], undefined);
  equal(own.diagnostics.some(({ code }) => code === "kube-probe-secret"), true);
});
