/** k3s's own settings for a node that the stack moves to: its `config.yaml`, and the same for NixOS. */
import { yamlOutput } from "../../diagnostics/yaml_output.ts";
import { CLUSTER_SERVICE } from "../traefik/helm_chart_config.ts";

/** Where k3s looks for its settings, and where the API server's file is laid beside them. */
export const K3S_CONFIGURATION = "/etc/rancher/k3s/config.yaml";
export const K3S_AUTHENTICATION = "/etc/rancher/k3s/authentication.yaml";

/** Applied by k3s at each of its starts, before anything else is: here Traefik gets what it has before the move. */
export const K3S_FIRST_START = "/var/lib/rancher/k3s/server/manifests/traefik-front.yaml";

/** k3s's own folder; it is not there before the first start. */
export const K3S_DATABASE = "/var/lib/rancher/k3s/server/db";

/** What the node is to be. */
export interface K3sNode {
  /** The value of the label `storage-id`, by which volumes find their node; none where they need none. */
  readonly storageId?: string;
  /** `external`: the Traefik that k3s brings is switched off. */
  readonly traefik: "bundled" | "external";
  /** The text of the API server's AuthenticationConfiguration, where people log in by OIDC. */
  readonly authentication?: string;
  /** Names besides the node's own by which the API server is reached. */
  readonly tlsSan?: readonly string[];
  readonly nodeName?: string;
  /** The manifest of {@link K3S_FIRST_START}, where k3s brings the Traefik. */
  readonly firstStart?: string;
}

/**
 * The settings of a server. Its local-path provisioner is off, because it would put random ids into paths; Secrets are
 * encrypted where they lie; the administrator's kubeconfig is root's alone.
 */
function k3sConfiguration(node: K3sNode): Record<string, unknown> {
  return {
    ...(node.nodeName === undefined ? {} : { "node-name": node.nodeName }),
    ...(node.storageId === undefined ? {} : { "node-label": [`storage-id=${node.storageId}`] }),
    disable: ["local-storage", ...(node.traefik === "external" ? ["traefik"] : [])],
    "secrets-encryption": true,
    "write-kubeconfig-mode": "0600",
    ...(node.tlsSan === undefined || node.tlsSan.length === 0 ? {} : { "tls-san": [...node.tlsSan] }),
    ...(node.authentication === undefined
      ? {}
      : { "kube-apiserver-arg": [`authentication-config=${K3S_AUTHENTICATION}`] }),
  };
}

/** The text of `/etc/rancher/k3s/config.yaml`. */
export function k3sConfigurationText(node: K3sNode): string {
  return yamlOutput(k3sConfiguration(node), { lineWidth: 0 });
}

/**
 * The HelmChartConfig by which k3s's Traefik takes no port of the node from its first moment on, so that Docker answers
 * on 80 and 443 until the front is moved.
 *
 * @param namespace of the release; k3s's is kube-system
 * @param labels by which the migration of Traefik's settings knows it as handed over
 */
export function firstStartText(namespace: string, labels: Readonly<Record<string, string>>): string {
  const object = {
    apiVersion: "helm.cattle.io/v1",
    kind: "HelmChartConfig",
    metadata: { name: "traefik", namespace, labels },
    spec: { valuesContent: yamlOutput({ service: CLUSTER_SERVICE }, {}) },
  };
  const remarks = [
    "For the first start of k3s alone: it leaves ports 80 and 443 to Docker until the front is moved.",
    "k3s applies it again at each start, over what migration 040 sets: when 040 is applied, remove this file.",
    "Nothing in the cluster goes with it.",
  ];
  return `${remarks.map((line) => `# ${line}\n`).join("")}${yamlOutput(object, { lineWidth: 0 })}`;
}

/**
 * A NixOS module with the same files; its firewall lets the API server in. The file of the first start is laid out
 * before that start, and removed before each later one.
 */
export function nixosText(node: K3sNode): string {
  const files = [
    ["rancher/k3s/config.yaml", k3sConfigurationText(node)],
    ...(node.authentication === undefined ? [] : [["rancher/k3s/authentication.yaml", node.authentication]]),
  ] as const;
  const entries = files.map(([name = "", text = ""]) =>
    `  environment.etc.${nixString(name)} = {\n    mode = "0600";\n    text = ${
      nixText(text, "      ")
    };\n  };\n`
  );
  return `{ ... }:
{
  services.k3s = {
    enable = true;
    role = "server";
  };
${entries.join("")}${firstStart(node.firstStart)}  networking.firewall.allowedTCPPorts = [ 6443 ];
}
`;
}

function firstStart(text: string | undefined): string {
  if (text === undefined) return "";
  const script = `if [ -e ${K3S_DATABASE} ]; then
  rm -f ${K3S_FIRST_START}
else
  mkdir -p ${K3S_FIRST_START.slice(0, K3S_FIRST_START.lastIndexOf("/"))}
  cat > ${K3S_FIRST_START} <<'END'
${text}END
fi
`;
  return `  systemd.services.k3s.preStart = ${nixText(script, "    ")};\n`;
}

function nixString(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\$\{/g, "\\${")}"`;
}

/** An indented string of Nix: the indentation that all lines share is taken off again. */
function nixText(text: string, indent: string): string {
  // A quote right before another one, or before the escape of a dollar, would be read together with it.
  const escaped = text.replace(/'(?=['$])/g, "''\\'").replace(/\$\{/g, "''${");
  const lines = escaped.trimEnd().split("\n").map((line) => line === "" ? "" : `${indent}${line}`);
  return `''\n${lines.join("\n")}\n${indent.slice(2)}''`;
}
