/** The pod template of a service. */
import type { Published } from "../../stack/published_port.ts";
import type { WorkloadKind } from "../../stack/role.ts";
import { isAnnotationKey, label, labelValue, shortHash } from "../../stack/names.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../stack/context.ts";
import type { Place } from "../../stack/secrets/reference.ts";
import { type Container, containerOf } from "./container.ts";
import { devicesOf, deviceVolumes, withDevices } from "./devices.ts";
import { fillContainers } from "./fill.ts";
import { gpuVariables, runtimeClassOf } from "./gpus.ts";
import { hostSettings } from "./host.ts";
import { type Mounts, mountsOf } from "./mounts.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { placementOf } from "./placement.ts";
import { SECCOMP } from "../rights.ts";
import { pullSecretsOf } from "./pull_secrets.ts";
import { sysctlsOf } from "./sysctls.ts";
import { supplementalGroups } from "./user.ts";
import { seconds } from "./units.ts";
import { waitContainers } from "./waits.ts";

/** On a pod: a digest of the configuration that it reads only when it starts. */
export const CONFIGURATION_DIGEST = "compose-ferry/configuration";
const HELPER_IMAGE = "busybox:1.37";

/** A pod template and what its workload must know of it. */
export interface Pod {
  readonly template: Json;
  readonly image: string;
  /** Where the variables of its container are kept. */
  readonly variables: ReadonlyMap<string, Place>;
  /** Of the configuration that its containers read when they start. */
  readonly digests: readonly string[];
  /** Whether two of them at once would fight over a directory or a port. */
  readonly exclusive: boolean;
}

/**
 * The pod of a service, with all that it needs: containers, mounts, waits, rights. Adds to the state what the pod
 * reads.
 * @returns nothing where an error was reported, such as a missing image
 */
export function podOf(
  state: ConversionState,
  written: DecidedService,
  kind: WorkloadKind,
  labels: Readonly<Record<string, string>>,
): Pod | undefined {
  const { context } = state;
  const { service, decision } = written;
  const devices = devicesOf(context, written);
  const subject = devices.isPrivileged ? { decision, service: { ...service, privileged: true } } : written;
  const helperImage = context.decisions.helperImage ?? HELPER_IMAGE;
  const mounts = mountsOf(state, subject, helperImage);
  const host = hostSettings(context, subject, kind);
  const variables = new Map([...host.variables, ...gpuVariables(subject)]);
  const container = containerOf(state, subject, mounts, variables);
  if (container === undefined) return undefined;
  const hostPorts = hostPortsOf(state, subject);
  const grace = graceOf(subject);
  const sysctls = sysctlsOf(context, subject, helperImage);
  const security = {
    ...SECCOMP,
    ...optional("supplementalGroups", supplementalGroups(context, subject)),
    ...optional("supplementalGroupsPolicy", decision.supplementalGroupsPolicy),
    ...optional("sysctls", sysctls.ofPod),
    ...(decision.fsGroup === undefined
      ? {}
      : { fsGroup: decision.fsGroup, fsGroupChangePolicy: "OnRootMismatch" }),
  };
  const initContainers = [
    ...sysctls.initContainers,
    ...initContainersOf(state, subject, { container, mounts, helperImage }),
  ];
  const spec: Json = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...host.pod,
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    ...optional("securityContext", security),
    ...platformOf(context, subject),
    ...placementOf(context, subject, selectorOf(labels)),
    ...runtimeClassOf(context, subject),
    ...optional("imagePullSecrets", pullSecretsOf(state, subject)),
    ...(kind === "Job" ? { restartPolicy: restartPolicy(service.restart) } : {}),
    ...optional("initContainers", initContainers),
    containers: [withDevices(withHostPorts(container.json, hostPorts), devices)],
    ...optional("volumes", [...mounts.volumes, ...deviceVolumes(devices)]),
  };
  const digests = [...container.digests, ...mounts.digests];
  const annotations = { ...annotationsOf(state, subject), ...digestAnnotation(state, digests) };
  return {
    template: { metadata: { labels, ...optional("annotations", annotations) }, spec },
    image: container.image,
    variables: container.variables,
    digests,
    exclusive: mounts.writesData || hostPorts.length > 0 || service.network_mode === "host" ||
      devices.mounts.size + devices.resources.size + Object.keys(decision.devices ?? {}).length > 0,
  };
}

/** What comes before the program: its volumes filled, what it waits for, its files in their places. */
function initContainersOf(
  state: ConversionState,
  subject: DecidedService,
  { container, mounts, helperImage }: {
    readonly container: Container;
    readonly mounts: Mounts;
    readonly helperImage: string;
  },
): readonly Json[] {
  return [
    ...fillContainers({
      container: container.json,
      mounts: mounts.filled,
      fillImage: state.context.decisions.fillImage,
    }),
    ...waitContainers(state, subject, helperImage),
    ...mounts.initContainers,
    // A service may be called as one of them.
  ].map((one) =>
    one["name"] === container.json["name"] ? { ...one, name: label(`${one["name"]}-first`) } : one
  );
}

const NAME_LABEL = "app.kubernetes.io/name";

/** Of a pod's labels the one that its workload selects it by. */
function selectorOf(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { [NAME_LABEL]: labels[NAME_LABEL] ?? "" };
}

/** A pod with no time to end is gone for the API before its program is, and the next would write beside it. */
function graceOf({ service, decision }: DecidedService): number | undefined {
  const written = decision.stopGracePeriod ?? seconds(service.stop_grace_period);
  return written === undefined ? undefined : Math.max(1, written);
}

/** The digest of all configuration that a pod reads when it starts. */
export function digestAnnotation(
  { digests: known }: ConversionState,
  digests: readonly string[],
): Record<string, string> {
  if (digests.length === 0) return {};
  return { [CONFIGURATION_DIGEST]: known.symbol((key) => shortHash(known.resolve(digests.join(","), key))) };
}

/** Compose's labels and annotations, without Traefik's, which became routes. */
function annotationsOf(state: ConversionState, { service }: DecidedService): Record<string, string> {
  const { context, secrets } = state;
  const result: Record<string, string> = {};
  for (const key of ["labels", "annotations"] as const) {
    for (const [name, value] of Object.entries(service[key] ?? {}).sort(([a], [b]) => a < b ? -1 : 1)) {
      if (/^traefik(\.|$)/i.test(name)) continue;
      const why = isAnnotationKey(name) ? secrets.ofPair(name, value) : "its name cannot be an annotation's";
      if (why === undefined) result[name] = value;
      else {
        context.report({
          code: "kube-label-not-carried",
          severity: "warning",
          message: `Label "${name}" of service "${service.name}" is not carried: ${why}`,
          ...at(context.project, ["services", service.name, key, name]),
          hint: "If something reads it, add an annotation of another name",
        });
      }
    }
  }
  return result;
}

function hostPortsOf(state: ConversionState, { service }: DecidedService): readonly Published[] {
  return state.hostPorts.get(service.name) ?? [];
}

function withHostPorts(container: Json, hostPorts: readonly Published[]): Json {
  if (hostPorts.length === 0) return container;
  const ports = (container["ports"] as readonly Json[] | undefined ?? []).map((port) => {
    const own = hostPorts.find((one) =>
      one.port === port["containerPort"] && one.protocol === port["protocol"]
    );
    return own === undefined
      ? port
      : { ...port, hostPort: own.hostPort, ...optional("hostIP", addressOf(own.hostIp)) };
  });
  return { ...container, ports };
}

/** Kubernetes takes an address and no name. */
function addressOf(hostIp: string | undefined): string | undefined {
  return hostIp === "localhost" ? "127.0.0.1" : hostIp?.replace(/^\[|\]$/g, "");
}

/** `linux/arm64/v8` as a node selector; no node has another system than these, and a runtime class takes what is none. */
function platformOf(context: Context, { service }: DecidedService): Json {
  const [os, architecture] = service.platform?.split("/") ?? [];
  if (os === undefined) return {};
  if (!/^(linux|windows)$/.test(os)) {
    context.report({
      code: "kube-platform",
      severity: "question",
      message:
        `Platform "${service.platform}" of service "${service.name}" is not that of any node: its image runs only if the node's runtime supports it`,
      ...at(context.project, ["services", service.name, "platform"]),
      hint: `Make a RuntimeClass of such a runtime and name it: services: { ${
        yamlWord(service.name)
      }: { runtimeClass: CLASS } }`,
    });
    return {};
  }
  return {
    nodeSelector: {
      "kubernetes.io/os": labelValue(os),
      ...(architecture === undefined ? {} : { "kubernetes.io/arch": labelValue(architecture) }),
    },
  };
}

function restartPolicy(restart: string | undefined): string {
  return restart?.startsWith("on-failure") === true ? "OnFailure" : "Never";
}
