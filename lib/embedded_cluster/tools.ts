/** The programs that are built from Go modules, and the flags with which they are built. */

/** One program, by the module folder that pins it. */
export interface Tool {
  /** The folder under `modules/` whose `go.mod` and `go.sum` pin everything that goes into the program. */
  readonly module: string;
  /** What is compiled. Tools of one package are one program, which goes by the name under which it is started. */
  readonly packagePath: string;
  /** A peer of the benchmarks, which is compiled as its authors compile it. */
  readonly peer?: true;
}

export type ToolName = keyof typeof TOOLS;

/** All processes of the embedded cluster: modules/kubernetes/embedded/main.go. */
const EMBEDDED = { module: "kubernetes", packagePath: "composeferry/cluster/kubernetes/embedded" } as const;

/** Every program that something here can ask for. */
export const TOOLS = {
  "etcd": EMBEDDED,
  "kube-apiserver": EMBEDDED,
  "kube-controller-manager": EMBEDDED,
  "kube-scheduler": EMBEDDED,
  "kwok": EMBEDDED,
  "kubelet": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kubelet" },
  "kube-proxy": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kube-proxy" },
  "kubectl": { module: "kubernetes", packagePath: "k8s.io/kubernetes/cmd/kubectl", peer: true },
  "coredns": { module: "coredns", packagePath: "github.com/coredns/coredns" },
  "kube-router": {
    module: "kube-router",
    packagePath: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
  },
  "traefik": { module: "traefik", packagePath: "github.com/traefik/traefik/v3/cmd/traefik" },
  "docker-compose": { module: "compose", packagePath: "github.com/docker/compose/v2/cmd" },
  "helm": { module: "helm", packagePath: "helm.sh/helm/v4/cmd/helm", peer: true },
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
 * The flags of `go build` and `go list` that decide what is compiled. Without inlining, compiling takes a third less
 * (docs/performance.md).
 */
export function buildFlags(tool: Tool): readonly string[] {
  const inlining = tool.peer ? [] : ["-gcflags=all=-l"];
  return ["-trimpath", ...inlining, `-ldflags=${linkerFlags(tool.module)}`];
}

/**
 * Linker flags of a module's programs. Kubernetes takes its version from the linker alone: without it the API server
 * says v0.0.0 and its components refuse to work together.
 */
function linkerFlags(module: string): string {
  const strip = "-s -w";
  if (module !== "kubernetes") return strip;
  const [major, minor] = KUBERNETES_VERSION.slice(1).split(".");
  const variable = "k8s.io/component-base/version";
  return `${strip} -X ${variable}.gitVersion=${KUBERNETES_VERSION} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`;
}
