/** The node's CoreDNS, as k3s has it: a pod of `kube-system` that reads the ConfigMap coredns-custom besides its Corefile. */
import { basename, dirname } from "node:path";
import { SANDBOX_IMAGE } from "./node_configuration.ts";
import { NODE_ADDRESS } from "./namespaces.ts";

const CUSTOM_FOLDER = "/etc/coredns/custom";
const READY_PORT = 8181;

/**
 * Names of Services, from the API server; nothing else is known, as nothing else can be reached. What is imported is
 * looked at every two seconds, where k3s's waits for half a minute.
 */
export function nameServerConfiguration(kubeconfig: string): string {
  return `.:53 {
  bind ${NODE_ADDRESS}
  errors
  ready ${NODE_ADDRESS}:${READY_PORT}
  reload 2s 1s
  kubernetes cluster.local {
    kubeconfig ${kubeconfig} embedded
    ttl 0
  }
  import ${CUSTOM_FOLDER}/*.override
}
import ${CUSTOM_FOLDER}/*.server
`;
}

/**
 * Its Deployment, which runs a program of the machine.
 *
 * @param directory the node's, in which the Corefile and the cluster's credentials lie
 */
export function nameServer(directory: string, program: string): Record<string, unknown> {
  const labels = { "k8s-app": "kube-dns" };
  const container = {
    name: "coredns",
    image: SANDBOX_IMAGE,
    imagePullPolicy: "Never",
    command: [`/program/${basename(program)}`, "-conf", `${directory}/Corefile`],
    resources: { requests: { cpu: "100m", memory: "70Mi" } },
    readinessProbe: {
      httpGet: { host: NODE_ADDRESS, port: READY_PORT, path: "/ready" },
      periodSeconds: 1,
      failureThreshold: 60,
    },
    volumeMounts: [
      { name: "program", mountPath: "/program", readOnly: true },
      { name: "node", mountPath: directory, readOnly: true },
      { name: "custom-config-volume", mountPath: CUSTOM_FOLDER, readOnly: true },
    ],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace: "kube-system" },
    spec: {
      selector: { matchLabels: labels },
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          dnsPolicy: "Default",
          containers: [container],
          volumes: [
            { name: "program", hostPath: { path: dirname(program), type: "Directory" } },
            { name: "node", hostPath: { path: directory, type: "Directory" } },
            { name: "custom-config-volume", configMap: { name: "coredns-custom", optional: true } },
          ],
        },
      },
    },
  };
}
