/** Whose labels are routes where Traefik asks swarm: it gets services, with the labels below `deploy` and no ports. */
import { deepEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { planTestStack, type TestStack } from "../cli/planned_stack.ts";

const SWARM = "--providers.swarm=true";
const RULE = "traefik.http.routers.api.rule: Host(`api.example.org`)";
const PORT = 'traefik.http.services.api.loadbalancer.server.port: "8000"';

const routersOf = ({ routing }: TestStack): readonly string[] =>
  [...routing.http.routers.keys()].filter((name) => name.startsWith("api"));
const findingsOf = ({ diagnostics }: TestStack, code: string): TestStack["diagnostics"] =>
  diagnostics.filter((one) => one.code === code);

Deno.test("labels of the service itself are no routes where swarm alone is asked, and are named", async () => {
  for (const flags of [[SWARM], ["--providers.docker.swarmMode=true"]]) {
    const stack = await planned(flags, `labels: { ${RULE}, ${PORT} }`);
    deepEqual(routersOf(stack), []);
    const found = findingsOf(stack, "traefik-label-ignored");
    deepEqual(found.map(({ severity, span }) => [severity, span?.line]), [["warning", 6], ["warning", 6]]);
    match(found[0]?.message ?? "", /routers\.api\.rule" of the service "api" has no effect: .* swarm alone/);
  }
});

Deno.test("labels below deploy are routes where swarm is asked, both where Docker is, too", async () => {
  const below = `deploy: { labels: { ${RULE}, ${PORT} } }`;
  deepEqual(routersOf(await planned([SWARM], below)), ["api@swarm"]);
  const both = await planned(
    [SWARM, "--providers.docker=true"],
    `labels: { ${RULE}, ${PORT} }`,
  );
  deepEqual(routersOf(both), ["api@docker"]);
  deepEqual(findingsOf(both, "traefik-label-ignored"), []);
});

Deno.test("no port is guessed where swarm alone is asked: a router without the label is said", async () => {
  const stack = await planned([SWARM], `expose: ["8000"], deploy: { labels: { ${RULE} } }`);
  deepEqual(routersOf(stack), []);
  const found = findingsOf(stack, "traefik-container-refused").find(({ severity }) => severity === "warning");
  match(found?.message ?? "", /swarm tells Traefik no ports and no label names the port of "api/);
  match(found?.hint ?? "", /^Add the label traefik\.http\.services\.api.*server\.port below deploy$/);
});

async function planned(flags: readonly string[], keys: string): Promise<TestStack> {
  const command = JSON.stringify(["--entrypoints.web.address=:80", ...flags]);
  const compose = `name: labels
services:
  edge: { image: "traefik:v3.3", ports: ["80:80"], command: ${command} }
  api:
    { image: "registry.example/api:1.0", restart: always,
    ${keys} }
`;
  const directory = await Deno.makeTempDir({ prefix: "swarm-" });
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    return await planTestStack({ directory });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
