/** A plan of every shape the runner knows: 11 migrations, more than 100 objects, two Jobs, volumes, a secret to find. */
import type { KubeObject, PlannedObject } from "../../lib/kube/object.ts";
import { fencePolicy } from "../../lib/migration/fence.ts";
import type { Plan, PlannedMigration, Step } from "../../lib/migration/step.ts";

/** Stands in every Secret of the plan and must turn up nowhere else. */
export const SENTINEL = "sentinel-9f2c1b7e";

/** What makes one variant of the plan differ from another. */
export interface Variant {
  /** Content of the first ConfigMap and of the Deployments' environment. */
  readonly edition?: string;
  /** Leave out the waits and Jobs, for a server without anything that runs pods. */
  readonly withoutPods?: boolean;
}

/** The plan for one namespace; what belongs to no namespace is named after it. */
export function referencePlan(namespace: string, variant: Variant = {}): Plan {
  const edition = variant.edition ?? "1";
  const inside = { namespace };
  const names = Array.from({ length: 8 }, (_, index) => `app-${index}`);
  return {
    migrations: [
      migration("010_namespace", [
        apply([
          object("v1", "Namespace", namespace, {}, { tier: "reference" }),
          ...fencePolicy(namespace).map((fence) => ({ object: fence })),
        ]),
      ]),
      migration("020_storage", [apply(storage(namespace))]),
      migration("030_configuration", [apply(configuration(namespace, edition))]),
      migration("040_middlewares", [
        apply(
          names.slice(0, 5).map((name) =>
            object("traefik.io/v1alpha1", "Middleware", name, {
              ...inside,
              spec: { stripPrefix: { prefixes: [`/${name}`] } },
            })
          ),
        ),
      ]),
      migration("050_databases", [
        apply(["store-0", "store-1"].flatMap((name) => statefulSet(namespace, name))),
        ...waits(namespace, "StatefulSet", ["store-0", "store-1"], variant),
      ]),
      migration("060_schema", variant.withoutPods ? [] : [job(namespace, "schema")]),
      migration("070_applications", [
        apply([
          ...names.slice(0, 3).map((name) => deployment(namespace, name, edition)),
          ...names.map((name) => service(namespace, name)),
        ]),
        ...waits(namespace, "Deployment", names.slice(0, 3), variant),
      ]),
      migration("080_fixtures", variant.withoutPods ? [] : [job(namespace, "fixtures")]),
      migration("090_routes", [
        apply(names.map((name) =>
          object("traefik.io/v1alpha1", "IngressRoute", name, {
            ...inside,
            spec: {
              entryPoints: ["websecure"],
              routes: [{
                kind: "Rule",
                match: `Host(\`${name}.example.org\`)`,
                services: [{ name, port: 80 }],
              }],
            },
          })
        )),
      ]),
      migration("100_access", [apply(access(namespace))]),
      migration("110_notes", [
        { kind: "manual", instruction: "Point the DNS records at the cluster" },
        apply([configMap(namespace, "notes", { text: "done" })]),
      ]),
    ],
  };
}

function migration(id: string, steps: readonly Step[]): PlannedMigration {
  return { id, title: `Reference ${id}`, why: "", steps, absent: [], claimed: [] };
}

function apply(objects: readonly PlannedObject[]): Step {
  return { kind: "apply", objects };
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  labels?: Record<string, string>,
): PlannedObject {
  const { namespace, ...rest } = fields;
  const metadata: KubeObject["metadata"] = {
    name,
    ...(typeof namespace === "string" ? { namespace } : {}),
    ...(labels === undefined ? {} : { labels }),
  };
  return { object: { apiVersion, kind, metadata, ...rest } };
}

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>>): PlannedObject {
  return object("v1", "ConfigMap", name, { namespace, data });
}

function configuration(namespace: string, edition: string): PlannedObject[] {
  const maps = Array.from(
    { length: 40 },
    (_, index) =>
      configMap(namespace, `config-${index}`, { index: String(index), edition: index === 0 ? edition : "-" }),
  );
  const secrets = Array.from({ length: 20 }, (_, index) =>
    object("v1", "Secret", `secret-${index}`, {
      namespace,
      type: "Opaque",
      stringData: { password: `${SENTINEL}-${index}` },
    }));
  return [...maps, ...secrets];
}

function storage(namespace: string): PlannedObject[] {
  return ["store-0", "store-1"].flatMap((name) => [
    object("v1", "PersistentVolume", `${namespace}-${name}`, {
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "",
        hostPath: { path: `/srv/${namespace}/${name}` },
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name },
      },
    }),
    object("v1", "PersistentVolumeClaim", name, {
      namespace,
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
        volumeName: `${namespace}-${name}`,
        resources: { requests: { storage: "1Gi" } },
      },
    }),
  ]);
}

function podTemplate(name: string, edition: string): Readonly<Record<string, unknown>> {
  return {
    metadata: { labels: { app: name } },
    spec: {
      containers: [{
        name: "main",
        image: "registry.invalid/reference:1",
        env: [{ name: "EDITION", value: edition }],
      }],
    },
  };
}

function statefulSet(namespace: string, name: string): PlannedObject[] {
  return [
    service(namespace, name),
    object("apps/v1", "StatefulSet", name, {
      namespace,
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: podTemplate(name, "-"),
      },
    }),
  ];
}

function deployment(namespace: string, name: string, edition: string): PlannedObject {
  return object("apps/v1", "Deployment", name, {
    namespace,
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: podTemplate(name, edition) },
  });
}

function service(namespace: string, name: string): PlannedObject {
  return object("v1", "Service", name, {
    namespace,
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
}

function job(namespace: string, name: string): Step {
  const template = podTemplate(name, "-") as { readonly spec: object };
  return {
    kind: "job",
    timeout: "2m",
    object: object("batch/v1", "Job", name, {
      namespace,
      spec: {
        backoffLimit: 1,
        template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } },
      },
    }),
  };
}

function access(namespace: string): PlannedObject[] {
  return ["reader", "operator"].flatMap((name) => [
    object("v1", "ServiceAccount", name, { namespace }),
    object("rbac.authorization.k8s.io/v1", "Role", name, {
      namespace,
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
    }),
    object("rbac.authorization.k8s.io/v1", "RoleBinding", name, {
      namespace,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    }),
  ]);
}

function waits(namespace: string, kind: string, names: readonly string[], variant: Variant): readonly Step[] {
  if (variant.withoutPods) return [];
  return names.map((name) => ({
    kind: "wait",
    ref: { apiVersion: "apps/v1", kind, namespace, name },
    timeout: "2m",
  }));
}
