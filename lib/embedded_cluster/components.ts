/** The command line of every process of the embedded cluster. */
import { join } from "node:path";
import { kubeconfigPath } from "./credentials.ts";
import type { Daemon } from "./daemon.ts";
import type { ClusterLayout, ClusterOptions } from "./layout.ts";
import type { Manifests } from "./manifests.ts";
import type { CLUSTER_TOOLS } from "./tools.ts";

/** The names of the processes in the order in which they start; they stop in the opposite order. */
export const COMPONENTS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;

/** Addresses for documentation (RFC 5737), so that nobody takes a simulated node for one that answers. */
const SIMULATED_NODE_ADDRESS = "192.0.2.10";
const ADVERTISED_ADDRESS = "192.0.2.1";

/** k3s's own ranges. */
const SERVICE_RANGE = "10.43.0.0/16";
const POD_RANGE = "10.42.0.0/16";

/** KWOK manages the nodes that carry this annotation, and no other: real nodes may join. */
export const SIMULATED_NODE_ANNOTATION = { name: "kwok.x-k8s.io/node", value: "fake" } as const;

/** Everything that decides the command lines. */
export interface ComponentInput {
  readonly layout: ClusterLayout;
  readonly options: ClusterOptions;
  readonly programs: Readonly<Record<typeof CLUSTER_TOOLS[number], string>>;
  readonly manifests: Manifests;
  /** The API server's port on 127.0.0.1. */
  readonly port: number;
}

/** The processes of a cluster, in the order in which they start. */
export function components(input: ComponentInput): readonly Daemon[] {
  const args: Readonly<Record<typeof COMPONENTS[number], readonly string[]>> = {
    "etcd": etcd(),
    "kube-apiserver": apiServer(input),
    "kube-controller-manager": controllerManager(input.layout),
    "kube-scheduler": scheduler(input.layout),
    "kwok": kwok(input),
  };
  return COMPONENTS.filter((name) => name !== "kwok" || input.options.simulatedNode).map((name) => ({
    name,
    program: input.programs[name],
    args: args[name],
    workingDirectory: input.layout.etcd,
    log: join(input.layout.logs, `${name}.log`),
  }));
}

/**
 * etcd on unix sockets in its working folder: no port, and nobody else can reach it. It wants a host and port even
 * there, and takes them as the socket's file name.
 */
export const ETCD_SOCKET = "client:1";

function etcd(): readonly string[] {
  return [
    "--name=embedded",
    "--data-dir=data",
    `--listen-client-urls=unix://${ETCD_SOCKET}`,
    `--advertise-client-urls=unix://${ETCD_SOCKET}`,
    "--listen-peer-urls=unix://peer:1",
    "--initial-advertise-peer-urls=unix://peer:1",
    "--initial-cluster=embedded=unix://peer:1",
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

function apiServer({ layout, options, port }: ComponentInput): readonly string[] {
  const audit = [
    `--audit-policy-file=${layout.auditPolicy}`,
    `--audit-log-path=${join(layout.logs, "audit.jsonl")}`,
    "--audit-log-format=json",
    "--audit-log-mode=blocking",
    // In megabytes: who reads from a place on must not find another file there.
    "--audit-log-maxsize=4096",
  ];
  return [
    `--etcd-servers=unix://${ETCD_SOCKET}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    // Otherwise it looks for an address of the machine, which may have none; and writes it as an endpoint.
    `--advertise-address=${ADVERTISED_ADDRESS}`,
    "--endpoint-reconciler-type=none",
    `--cert-dir=${layout.certificates}`,
    `--token-auth-file=${layout.tokens}`,
    "--anonymous-auth=false",
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    // A real node that joins is asked for logs at its address, as its name means nothing here.
    "--kubelet-preferred-address-types=InternalIP",
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${layout.serviceAccountKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    "--profiling=false",
    ...(options.audit ? audit : []),
  ];
}

/** Without its own port, without an election that it could only win, and quick to act. */
function client(layout: ClusterLayout, user: "controller-manager" | "scheduler"): readonly string[] {
  return [
    `--kubeconfig=${kubeconfigPath(layout, user)}`,
    "--leader-elect=false",
    "--secure-port=0",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--profiling=false",
  ];
}

function controllerManager(layout: ClusterLayout): readonly string[] {
  return [
    ...client(layout, "controller-manager"),
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    `--root-ca-file=${join(layout.certificates, "apiserver.crt")}`,
    "--pvclaimbinder-sync-period=2s",
  ];
}

function scheduler(layout: ClusterLayout): readonly string[] {
  return client(layout, "scheduler");
}

function kwok({ layout, manifests }: ComponentInput): readonly string[] {
  return [
    `--kubeconfig=${kubeconfigPath(layout, "kwok")}`,
    `--config=${manifests.stages}`,
    `--manage-nodes-with-annotation-selector=${SIMULATED_NODE_ANNOTATION.name}=${SIMULATED_NODE_ANNOTATION.value}`,
    `--cidr=${POD_RANGE}`,
    `--node-ip=${SIMULATED_NODE_ADDRESS}`,
    "--node-lease-duration-seconds=40",
    "--v=WARN",
  ];
}
