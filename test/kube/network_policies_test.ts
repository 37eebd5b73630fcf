/** The policies of stacks made by chance, read as the API documents them, let through exactly what Docker lets through. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fc } from "../chance.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { fields, type Json, list, record } from "../../lib/values/json.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

/** What policies see of a pod. */
interface Pod {
  readonly service: string;
  readonly labels: Json;
  readonly namespace: string;
  readonly namespaceLabels: Json;
}

type Networks = Readonly<Record<string, readonly string[]>>;

const KEYS = ["default", "left", "right", "shared"];

/** By service: its networks; an empty list is `network_mode: none`. */
const stacks: fc.Arbitrary<Networks> = fc.dictionary(
  fc.constantFrom("a", "b", "c", "d", "e"),
  fc.subarray(KEYS),
  { minKeys: 2, maxKeys: 5, noNullPrototype: true },
);

async function podsOf(name: string, services: Networks): Promise<{ pods: Pod[]; policies: KubeObject[] }> {
  const directory = await Deno.makeTempDir();
  const lines = Object.entries(services).map(([service, networks]) =>
    `  ${service}: { image: "acme/${service}:1", ${
      networks.length === 0 ? "network_mode: none" : `networks: [${networks.join(", ")}]`
    } }`
  );
  const text = `name: ${name}\nservices:\n${lines.join("\n")}\n` +
    "networks: { left: {}, right: { internal: true }, shared: { external: true, name: all } }\n";
  await Deno.writeTextFile(join(directory, "compose.yaml"), text);
  const { conversion } = await planTestStack({ directory });
  await Deno.remove(directory, { recursive: true });
  const objects = objectsOf(conversion).map(({ object }) => object);
  const namespaceLabels = {
    ...objects.find(({ kind }) => kind === "Namespace")?.metadata.labels,
    "kubernetes.io/metadata.name": name,
  };
  const pods = Object.keys(services).map((service): Pod => {
    const workload = conversion.services.get(service)?.workload[0]?.object;
    const template = fields(fields(workload?.["spec"])["template"]);
    const labels = fields(fields(template["metadata"])["labels"]);
    return { service, labels, namespace: name, namespaceLabels };
  });
  return { pods, policies: objects.filter(({ kind }) => kind === "NetworkPolicy") };
}

function selects(selector: unknown, labels: Json): boolean {
  const { matchLabels, matchExpressions } = fields(selector);
  return Object.entries(fields(matchLabels)).every(([key, value]) => labels[key] === value) &&
    list(matchExpressions).every(({ key, operator, values }) => {
      const isIn = (values as readonly unknown[]).includes(labels[String(key)]);
      return operator === "In" ? isIn : !isIn;
    });
}

/** Whether a rule names the pod; addresses are those of no pod here. */
function names(rule: Json, side: "from" | "to", pod: Pod, own: string): boolean {
  return list(rule[side]).some((peer) => {
    if (peer["ipBlock"] !== undefined) return false;
    const isPlace = peer["namespaceSelector"] === undefined
      ? pod.namespace === own
      : selects(peer["namespaceSelector"], pod.namespaceLabels);
    return isPlace && selects(peer["podSelector"], pod.labels);
  });
}

function isLet(way: "Ingress" | "Egress", policies: readonly KubeObject[], pod: Pod, other: Pod): boolean {
  const own = policies.filter(({ metadata, spec }) =>
    metadata.namespace === pod.namespace && selects(record(spec)?.["podSelector"], pod.labels) &&
    (fields(spec)["policyTypes"] as readonly string[]).includes(way)
  );
  const [key, side] = way === "Ingress" ? ["ingress", "from"] as const : ["egress", "to"] as const;
  return own.length === 0 ||
    own.some(({ spec }) => list(fields(spec)[key]).some((rule) => names(rule, side, other, pod.namespace)));
}

Deno.test("pods reach each other exactly where their services share a network, in a project and between two", async () => {
  await fc.assert(
    fc.asyncProperty(stacks, stacks, async (first, second) => {
      const [one, two] = [await podsOf("one", first), await podsOf("two", second)];
      const policies = [...one.policies, ...two.policies];
      const all = [...one.pods, ...two.pods];
      const networksOf = ({ namespace, service }: Pod): readonly string[] =>
        ((namespace === "one" ? first : second)[service] ?? []).map((key) =>
          key === "shared" ? key : `${namespace} ${key}`
        );
      for (const from of all) {
        for (const to of all) {
          if (from === to) continue;
          const wanted = networksOf(from).some((network) => networksOf(to).includes(network));
          const given = isLet("Egress", policies, from, to) && isLet("Ingress", policies, to, from);
          assert.equal(given, wanted, `${from.namespace}/${from.service} to ${to.namespace}/${to.service}`);
        }
      }
    }),
    { numRuns: 60, seed: 20261130 },
  );
});
