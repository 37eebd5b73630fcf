/** The parts that network policies are made of: who is meant, and on which ports. */
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import type { StackNetwork } from "../../stack/reach.ts";
import type { Published } from "../../stack/published_port.ts";
import type { Json } from "../../values/json.ts";
import type { KubeObject } from "../object.ts";
import { networkLabel } from "../network/network_label.ts";

const NAME = "app.kubernetes.io/name";
const NAMESPACE = "kubernetes.io/metadata.name";

/** The pods of this program's own Jobs and CronJobs, which prepare and back up servers of any network. */
export const OWN_JOBS: Json = { podSelector: { matchLabels: { "app.kubernetes.io/component": "job" } } };

/** Every pod of the stack's namespace. */
export const WHOLE_NAMESPACE: Json = { podSelector: {} };

/** The pools from which Docker gives its networks addresses: containers of a stack that has moved in part come from there. */
const DOCKER_POOLS = ["172.16.0.0/12", "192.168.0.0/16"];

export const DOCKER: readonly Json[] = DOCKER_POOLS.map((cidr) => ({ ipBlock: { cidr } }));

/** Where name servers are: those of the cluster, and those of the node and its network. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", ...DOCKER_POOLS, "fc00::/7", "fe80::/10"];

/** Names are always answered. */
export const DNS: Json = {
  to: [
    {
      namespaceSelector: { matchLabels: { [NAMESPACE]: "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
    ...PRIVATE.map((cidr) => ({ ipBlock: { cidr } })),
  ],
  ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP", port: 53 }],
};

/** Selects pods by the names of their services. */
export function named(names: readonly string[]): Json {
  const [name] = names;
  if (names.length === 1 && name !== undefined) return { matchLabels: { [NAME]: name } };
  return { matchExpressions: [{ key: NAME, operator: "In", values: [...names] }] };
}

/** Selects every other pod. */
export function notNamed(names: readonly string[]): Json {
  return names.length === 0
    ? {}
    : { matchExpressions: [{ key: NAME, operator: "NotIn", values: [...names] }] };
}

/** Pods of any project that are on the network. */
export function othersOn({ name, external }: StackNetwork): readonly Json[] {
  const matchLabels = networkLabel(name);
  return [
    { namespaceSelector: {}, podSelector: { matchLabels } },
    // The project whose own it is has it on its namespace.
    ...(external ? [{ namespaceSelector: { matchLabels } }] : []),
  ];
}

/** The cluster's Traefik: that of k3s by its chart's labels, one's own by its namespace where that is decided. */
export function traefikPeer({ mode, namespace }: TraefikDecisions, isDecided: boolean): Json {
  const podSelector = { matchLabels: { [NAME]: "traefik" } };
  const namespaceSelector = { matchLabels: { [NAMESPACE]: namespace } };
  if (mode === "bundled") return { namespaceSelector, podSelector };
  return isDecided ? { namespaceSelector } : { namespaceSelector: {}, podSelector };
}

/** The ports of a container, those in a row as one range, each once. */
export function portRanges(ports: readonly Pick<Published, "port" | "protocol">[]): readonly Json[] {
  return (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) => {
    const own = ports.filter((port) => port.protocol === protocol).map(({ port }) => port);
    const numbers = [...new Set(own)].sort((left, right) => left - right);
    const begins = numbers.filter((port, index) => numbers[index - 1] !== port - 1);
    return begins.map((port, index) => {
      const next = begins[index + 1];
      const end = numbers[(next === undefined ? numbers.length : numbers.indexOf(next)) - 1] ?? port;
      return { protocol, port, ...(end === port ? {} : { endPort: end }) };
    });
  });
}

/** A policy of the stack's namespace. */
export function policy(namespace: string, name: string, spec: Json): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec,
  };
}
