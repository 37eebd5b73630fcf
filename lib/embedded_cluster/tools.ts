/** The programs that are built from Go modules, and what is known about building each of them. */

/** One program, by the module folder that pins it. */
export interface Tool {
  /** The folder under `modules/` whose `go.mod` and `go.sum` pin everything that goes into the program. */
  readonly module: string;
  readonly packagePath: string;
  /** Seconds of a build with nothing cached on two cores, measured; the sum over a module is its usual time. */
  readonly typicalSeconds: number;
}

export type ToolName = keyof typeof TOOLS;

/** Every program that something here can ask for. Those of one module are built by one `go build`. */
export const TOOLS = {
  "kube-apiserver": {
    module: "kubernetes",
    packagePath: "k8s.io/kubernetes/cmd/kube-apiserver",
    typicalSeconds: 190,
  },
  "kube-controller-manager": {
    module: "kubernetes",
    packagePath: "k8s.io/kubernetes/cmd/kube-controller-manager",
    typicalSeconds: 65,
  },
  "kube-scheduler": {
    module: "kubernetes",
    packagePath: "k8s.io/kubernetes/cmd/kube-scheduler",
    typicalSeconds: 15,
  },
  "kubelet": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kubelet", typicalSeconds: 45 },
  "kube-proxy": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kube-proxy", typicalSeconds: 45 },
  "kubectl": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kubectl", typicalSeconds: 20 },
  "etcd": { module: "etcd", packagePath: "go.etcd.io/etcd/server/v3", typicalSeconds: 90 },
  "kwok": { module: "kwok", packagePath: "sigs.k8s.io/kwok/cmd/kwok", typicalSeconds: 120 },
  "coredns": { module: "coredns", packagePath: "github.com/coredns/coredns", typicalSeconds: 100 },
  "kube-router": {
    module: "kube-router",
    packagePath: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
    typicalSeconds: 100,
  },
  "traefik": {
    module: "traefik",
    packagePath: "github.com/traefik/traefik/v3/cmd/traefik",
    typicalSeconds: 360,
  },
  "docker-compose": {
    module: "compose",
    packagePath: "github.com/docker/compose/v2/cmd",
    typicalSeconds: 100,
  },
  "helm": { module: "helm", packagePath: "helm.sh/helm/v4/cmd/helm", typicalSeconds: 150 },
} as const satisfies Record<string, Tool>;

/** The programs that the embedded cluster runs. */
export const CLUSTER_TOOLS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const satisfies readonly ToolName[];

const KUBERNETES_VERSION = "v1.36.3";

/**
 * Linker flags of a module's programs. Kubernetes takes its version from the linker alone: without it the API server
 * says v0.0.0 and its components refuse to work together.
 */
export function linkerFlags(module: string): string {
  const strip = "-s -w";
  if (module !== "kubernetes") return strip;
  const [major, minor] = KUBERNETES_VERSION.slice(1).split(".");
  const variable = "k8s.io/component-base/version";
  return `${strip} -X ${variable}.gitVersion=${KUBERNETES_VERSION} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`;
}
