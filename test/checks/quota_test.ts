/** What a quota refuses is told before a pod is refused. */
import assert from "node:assert/strict";
import { quantityOf } from "../../lib/kube/quantity.ts";
import { planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  lobby: { image: our/lobby:1, mem_limit: 1g, cpus: 0.5 }
  games: { image: our/games:1, deploy: { replicas: 3, resources: { reservations: { memory: 512M } } } }
`;

/** The findings on quotas of the stack with these limits, as code and message. */
async function findingsOf(limits: string): Promise<[string, string, boolean][]> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
    const { conversion } = await planTestStack({ directory, decisions: `namespace: n\nlimits:\n${limits}` });
    return conversion.findings
      .filter(({ code }) => code.startsWith("kube-quota-"))
      .map(({ code, message, span }) => [code, message, span !== undefined]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a quota on what pods do not say refuses them", async () => {
  assert.deepEqual(await findingsOf("  quota: { limits.memory: 8Gi }\n"), [[
    "kube-quota-uncounted",
    'The quota on limits.memory refuses every pod that does not set it: 1 services, such as "games"',
    true,
  ]]);
});

Deno.test("the namespace's default says it for those who do not", async () => {
  assert.deepEqual(
    await findingsOf(
      "  default: { memory: 2Gi, cpu: '1' }\n  quota: { limits.memory: 8Gi, limits.cpu: '4' }\n",
    ),
    [],
  );
});

Deno.test("a quota that all services together do not fit into names the largest", async () => {
  assert.deepEqual(await findingsOf("  quota: { requests.memory: 1Gi, pods: '2' }\n"), [[
    "kube-quota-too-small",
    'The quota on requests.memory is 1Gi, and all services together need 1536Mi, "games" alone 1536Mi',
    true,
  ], [
    "kube-quota-too-small",
    'The quota on pods is 2, and all services together need 4, "games" alone 3',
    true,
  ]]);
});

Deno.test("quantities are read as Kubernetes reads them", () => {
  const read = ["500m", "2", "1.5Gi", "100M", "1e3", ".5", "", "2 Gi", "-1", "1Kb"].map(quantityOf);
  assert.deepEqual(read, [
    0.5,
    2,
    1.5 * 1024 ** 3,
    1e8,
    1000,
    0.5,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
