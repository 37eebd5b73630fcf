import assert from "node:assert/strict";
import { planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  store: { image: our/store:1 }
  broker: { image: "rabbitmq:3.10" }
  login: { image: our/hydra:1, environment: { SECRET: correct-horse } }
  units: { image: our/units:1 }
`;
const DECISIONS = `namespace: n
databases:
  store: { engine: postgres, admin: { user: a, password: login.SECRET } }
brokers:
  broker: { engine: rabbitmq, admin: { user: a, password: login.SECRET }, vhosts: [/x] }
identity:
  login: { engine: hydra, clients: { website: {} } }
calls:
  units: { load: { path: /load, port: 8070 } }
`;

/** Service name to the ports of its Kubernetes Service. */
async function portsWith(decisions: string): Promise<Record<string, number[]>> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
    const { conversion } = await planTestStack({ directory, decisions });
    const services = [...conversion.services.values()].flatMap(({ network }) => network)
      .filter(({ object }) => object.kind === "Service");
    return Object.fromEntries(services.map(({ object }) => {
      // The edge: a Service of our own making.
      const spec = object["spec"] as { readonly ports?: readonly { readonly port: number }[] };
      return [object.metadata.name, (spec.ports ?? []).map(({ port }) => port)];
    }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a Service has the ports that the Jobs of decisions.yaml talk to", async () => {
  const before = await portsWith("namespace: n\n");
  assert.deepEqual(before["broker"], [5672, 15692]);
  assert.deepEqual(before["units"] ?? [], []);
  const after = await portsWith(DECISIONS);
  assert.deepEqual(after, { store: [5432], broker: [5672, 15672, 15692], login: [4445], units: [8070] });
  const elsewhere = await portsWith(DECISIONS.replace("engine: rabbitmq,", "engine: rabbitmq, host: other,"));
  assert.deepEqual(elsewhere["broker"], [5672, 15692]);
});
