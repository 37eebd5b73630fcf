/** The objects of the apply benchmark, for our runner as a plan and for kubectl as YAML. */
import { stringify } from "yaml";
import type { KubeObject } from "../../lib/kube/object.ts";
import type { Plan } from "../../lib/migration/step.ts";

/** A namespace and as many objects, a quarter each of ConfigMaps, Secrets, Services and Deployments without pods. */
export function benchObjects(namespace: string, count: number, edition: string): readonly KubeObject[] {
  const quarter = Array.from({ length: count / 4 }, (_, index) => index);
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...quarter.map((index): KubeObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `config-${index}`, namespace },
      data: { "application.yml": "key: value\n".repeat(30), edition: index === 0 ? edition : "-" },
    })),
    ...quarter.map((index): KubeObject => ({
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: `secret-${index}`, namespace },
      data: { password: btoa(`value-${index}`) },
    })),
    ...quarter.map((index): KubeObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `app-${index}`, namespace },
      spec: { selector: { app: `app-${index}` }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    })),
    ...quarter.map((index): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `app-${index}`, namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: `app-${index}` } },
        template: {
          metadata: { labels: { app: `app-${index}` } },
          spec: {
            containers: [{
              name: "main",
              image: "registry.invalid/app:1",
              envFrom: [{ configMapRef: { name: `config-${index}` } }, {
                secretRef: { name: `secret-${index}` },
              }],
            }],
          },
        },
      },
    })),
  ];
}

/** All of them in one migration. */
export function benchPlan(namespace: string, count: number, edition: string): Plan {
  const objects = benchObjects(namespace, count, edition).map((object) => ({ object }));
  const steps = [{ kind: "apply", objects } as const];
  return { migrations: [{ id: "010_bench", title: "Bench", why: "", steps, absent: [], claimed: [] }] };
}

/** One YAML file. */
export function benchYaml(namespace: string, count: number, edition: string): string {
  return inYaml(benchObjects(namespace, count, edition));
}

/** The same without the namespace itself. */
export function inNamespaceYaml(namespace: string, count: number, edition: string): string {
  return inYaml(benchObjects(namespace, count, edition).slice(1));
}

function inYaml(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${stringify(object)}`).join("");
}
