/**
 * The cluster's CoreDNS as k3s has it: it reads the ConfigMap coredns-custom. No simulated pod asks for names, so that
 * there is none of its own.
 */
export const NAME_SERVER = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "coredns", namespace: "kube-system", labels: { "compose-ferry/simulated": "true" } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { "app.kubernetes.io/name": "coredns" } },
    template: {
      metadata: { labels: { "app.kubernetes.io/name": "coredns" } },
      spec: {
        containers: [{
          name: "coredns",
          image: "coredns/coredns:1.12.4",
          volumeMounts: [{ name: "custom-config-volume", mountPath: "/etc/coredns/custom", readOnly: true }],
        }],
        volumes: [{ name: "custom-config-volume", configMap: { name: "coredns-custom", optional: true } }],
      },
    },
  },
} as const;
