import { deepEqual, equal } from "node:assert/strict";
import { type TestCluster, withCluster } from "./fixture.ts";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";

/** How long the simulated node may take to do what a real one does. */
const TIMEOUT_MS = 20_000;

const POD = { containers: [{ name: "main", image: "not-pulled:1" }] };
const labels = { app: "x" };
const template = (spec: object): object => ({ metadata: { labels }, spec });
const selector = { matchLabels: labels };

interface Case {
  readonly title: string;
  readonly path: string;
  readonly kind: string;
  readonly object: object;
  /** Reads from the object's status what has to become true. */
  readonly done: (status: Record<string, unknown>) => unknown;
}

const conditionIsTrue = (type: string) => (status: Record<string, unknown>): boolean =>
  Array.isArray(status["conditions"]) &&
  status["conditions"].some((condition) => condition.type === type && condition.status === "True");

const WORKLOADS: readonly Case[] = [
  {
    title: "a Deployment becomes Available",
    path: "apis/apps/v1/namespaces/NS/deployments",
    kind: "Deployment",
    object: { apiVersion: "apps/v1", spec: { replicas: 2, selector, template: template(POD) } },
    done: conditionIsTrue("Available"),
  },
  {
    title: "a StatefulSet with an init container becomes ready",
    path: "apis/apps/v1/namespaces/NS/statefulsets",
    kind: "StatefulSet",
    object: {
      apiVersion: "apps/v1",
      spec: {
        serviceName: "x",
        selector,
        template: template({ ...POD, initContainers: [{ name: "wait", image: "not-pulled:1" }] }),
      },
    },
    done: (status) => status["readyReplicas"] === 1,
  },
  {
    title: "a DaemonSet becomes ready",
    path: "apis/apps/v1/namespaces/NS/daemonsets",
    kind: "DaemonSet",
    object: { apiVersion: "apps/v1", spec: { selector, template: template(POD) } },
    done: (status) => status["numberReady"] === 1,
  },
  {
    title: "a Job completes",
    path: "apis/batch/v1/namespaces/NS/jobs",
    kind: "Job",
    object: { apiVersion: "batch/v1", spec: { template: template({ ...POD, restartPolicy: "Never" }) } },
    done: conditionIsTrue("Complete"),
  },
  {
    title: "a Service of type LoadBalancer gets the node's address, as k3s gives it",
    path: "api/v1/namespaces/NS/services",
    kind: "Service",
    object: { apiVersion: "v1", spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] } },
    done: (status) => JSON.stringify(status["loadBalancer"]).includes("192.0.2.10"),
  },
  {
    title: "a HelmChart counts as installed, and says that this is simulated",
    path: "apis/helm.cattle.io/v1/namespaces/NS/helmcharts",
    kind: "HelmChart",
    object: { apiVersion: "helm.cattle.io/v1", spec: { chart: "rabbitmq" } },
    done: (status) => conditionIsTrue("Ready")(status) && JSON.stringify(status).includes("Simulated"),
  },
];

async function makeNamespace({ api, prefix }: TestCluster): Promise<string> {
  const metadata = { name: prefix };
  const { status } = await api.request("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata,
  });
  equal(status, 201);
  return prefix;
}

async function waitForStatus(
  { api }: TestCluster,
  path: string,
  done: (status: Record<string, unknown>) => unknown,
): Promise<void> {
  let last: unknown;
  const reached = await waitFor(TIMEOUT_MS, async () => {
    last = (await api.request("GET", path)).body;
    return done((last as { status: Record<string, unknown> }).status ?? {}) || undefined;
  });
  equal(reached, true, JSON.stringify(last));
}

Deno.test("simulated pods", async (t) => {
  await withCluster(async (cluster) => {
    const namespace = await makeNamespace(cluster);
    for (const { title, path, kind, object, done } of WORKLOADS) {
      await t.step(title, async () => {
        const name = kind.toLowerCase();
        const at = `/${path.replace("NS", namespace)}/${name}`;
        await cluster.api.apply(at, { ...object, kind, metadata: { name, namespace } });
        await waitForStatus(cluster, at, done);
      });
    }
    await t.step(
      "a claim of a local volume on the storage node is bound when a pod wants it",
      () => bindsLocalVolume(cluster, namespace),
    );
    await t.step("pods and endpoints have addresses outside loopback", async () => {
      const { body } = await cluster.api.request(
        "GET",
        `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      );
      const addresses = (body as { items: { endpoints?: { addresses: string[] }[] }[] }).items
        .flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ addresses }) => addresses);
      deepEqual(addresses.filter((address) => !address.startsWith("10.42.")), []);
    });
  });
});

async function bindsLocalVolume(cluster: TestCluster, namespace: string): Promise<void> {
  const { api, prefix: name } = cluster;
  const spec = { storageClassName: name, accessModes: ["ReadWriteOnce"] };
  const affinity = { matchExpressions: [{ key: "storage-id", operator: "In", values: ["main-01"] }] };
  const paths = [
    `/apis/storage.k8s.io/v1/storageclasses/${name}`,
    `/api/v1/persistentvolumes/${name}`,
  ] as const;
  const claim = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
  try {
    await api.apply(paths[0], {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    });
    await api.apply(paths[1], {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        ...spec,
        capacity: { storage: "1Gi" },
        persistentVolumeReclaimPolicy: "Retain",
        local: { path: "/data/x" },
        nodeAffinity: { required: { nodeSelectorTerms: [affinity] } },
      },
    });
    await api.apply(claim, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, namespace },
      spec: { ...spec, volumeName: name, resources: { requests: { storage: "1Gi" } } },
    });
    await api.apply(`/api/v1/namespaces/${namespace}/pods/${name}`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace },
      spec: { ...POD, volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }] },
    });
    await waitForStatus(cluster, claim, (status) => status["phase"] === "Bound");
  } finally {
    for (const path of paths) await api.request("DELETE", path);
  }
}
