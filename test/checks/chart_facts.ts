/**
 * Which values charts read, as paths alone: what was looked up in their values.yaml, values.schema.json, templates and
 * release notes. `*` is any key; a path stands for everything below it where the chart hands it on as a whole.
 */
export interface ChartFacts {
  readonly chart: string;
  readonly reads: readonly string[];
  /** What its schema refuses, so that nothing is installed. */
  readonly refuses: readonly string[];
}

/** Bitnami's RabbitMQ 16.1.0 (RabbitMQ 4.1.3): its values.yaml. */
export const RABBITMQ: ChartFacts = {
  chart: "rabbitmq 16.1.0",
  reads: [
    "fullnameOverride",
    "replicaCount",
    "auth.username",
    "auth.existingPasswordSecret",
    "auth.existingSecretPasswordKey",
    "auth.existingErlangSecret",
    "auth.existingSecretErlangKey",
    "clustering.enabled",
    "plugins",
    "extraPlugins",
    "hostAliases",
    "command",
    "args",
    "extraEnvVars",
    "networkPolicy.enabled",
    "persistence.enabled",
    "persistence.existingClaim",
    "persistence.mountPath",
    "persistence.subPath",
    "containerPorts.metrics",
    "metrics.enabled",
    "metrics.plugins",
    "service.ports.metrics",
    "service.extraPorts",
    "resources",
    "image.repository",
    "global.security.allowInsecureImages",
  ],
  refuses: [],
};

/** Read by every chart of Traefik from 37 to 41. */
const TRAEFIK_READS = [
  "additionalArguments",
  "env",
  "nodeSelector",
  "podSecurityContext",
  "updateStrategy.type",
  "updateStrategy.rollingUpdate",
  "deployment.replicas",
  "deployment.initContainers",
  "deployment.additionalVolumes",
  "deployment.dnsConfig",
  "deployment.healthchecksPort",
  "deployment.healthchecksScheme",
  "additionalVolumeMounts",
  "persistence.enabled",
  "persistence.name",
  "persistence.existingClaim",
  "persistence.accessMode",
  "persistence.size",
  "persistence.path",
  "service.spec",
  "service.type",
  "providers.kubernetesCRD.enabled",
  "providers.kubernetesCRD.allowEmptyServices",
  "providers.kubernetesCRD.allowExternalNameServices",
  "ports.*.port",
  "ports.*.exposedPort",
  "ports.*.protocol",
  "ports.*.expose.default",
  "ports.*.http3.enabled",
  "ports.*.http3.advertisedPort",
];

/**
 * Traefik's own, which k3s takes: 37.1 in k3s 1.34.0, 38.0.2 and 39.0.7 in later ones. From 38 on the schema closes
 * each port, from 39 on the whole; 39 moved what belongs to HTTP under `http`, 41 renamed `logs`.
 */
export const TRAEFIK: readonly ChartFacts[] = [
  { chart: "traefik 37.1", reads: [...TRAEFIK_READS, "ports.*.tls", "logs"], refuses: [] },
  { chart: "traefik 38.0", reads: [...TRAEFIK_READS, "ports.*.tls", "logs"], refuses: ["ports.*.http.tls"] },
  {
    chart: "traefik 39.0",
    reads: [...TRAEFIK_READS, "ports.*.http.tls", "logs"],
    refuses: ["ports.*.tls", "ports.*.redirections"],
  },
  {
    chart: "traefik 41.5",
    reads: [...TRAEFIK_READS, "ports.*.http.tls", "log", "accessLog"],
    refuses: ["ports.*.tls", "ports.*.redirections", "logs"],
  },
];
