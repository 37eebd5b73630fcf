/**
 * Devices of the machine. The device cgroup of a container refuses what is only mounted, so that a pod gets a device by
 * the resource of a device plugin or, with all other devices of the node, by being privileged.
 */
import type { DeviceDecision } from "../../decisions/decisions.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../stack/context.ts";
import { fields, type Json, list, optional } from "../../values/json.ts";
import { gpuRequests } from "./gpus.ts";
import { volumeName } from "./mounted.ts";
import type { DecidedService } from "./conversion_state.ts";

/** What a container needs for its devices. */
export interface Devices {
  /** It is given all devices of the node. */
  readonly isPrivileged: boolean;
  /** Paths of the node, by their places in the container. */
  readonly mounts: ReadonlyMap<string, string>;
  /** How many of each device plugin's resource. */
  readonly resources: ReadonlyMap<string, number>;
}

/** One device of compose: by the name that a decision has for it. */
interface Wanted {
  readonly key: string;
  readonly source?: string;
  readonly target?: string;
  /** How many of a plugin's resource it is, where the decision does not say. */
  readonly count: number;
  readonly path: readonly (string | number)[];
}

/** runc (but for 1.2.0 to 1.2.3) and crun let every container open it, where it is there (`c 10:200 rwm`). */
const ALLOWED = "/dev/net/tun";

/** The devices of `devices`, `device_cgroup_rules` and of reservations that no runtime gives, as they are decided. */
export function devicesOf(context: Context, { service, decision }: DecidedService): Devices {
  const decisions = decision.devices ?? {};
  const mounts = new Map<string, string>();
  const resources = new Map<string, number>();
  const undecided: Wanted[] = [];
  let isPrivileged = service.privileged === true;
  const all = wantedBy({ service, decision });
  reportUnused(context, service.name, Object.keys(decisions), all.map(({ key }) => key));
  for (const wanted of all) {
    const { key, source, target, count } = wanted;
    const how = Object.hasOwn(decisions, key) ? decisions[key] : undefined;
    const mount = (): void => {
      if (source !== undefined && target !== undefined) mounts.set(target, source);
    };
    if (how === "skip") continue;
    if (how === "privileged" || (how === undefined && service.privileged === true)) {
      isPrivileged = true;
      if (source !== target) mount();
    } else if (how !== undefined) {
      const [name, number] = resourceOf(how, count);
      resources.set(name, Math.max(resources.get(name) ?? 0, number));
    } else if (source === ALLOWED) mount();
    else undecided.push(wanted);
  }
  reportUndecided(context, service.name, undecided);
  return { isPrivileged, mounts, resources };
}

function resourceOf(how: Exclude<DeviceDecision, "privileged" | "skip">, count: number): [string, number] {
  return typeof how === "string" ? [how, count] : [how.resource, how.count];
}

function wantedBy({ service, decision }: DecidedService): readonly Wanted[] {
  const of = (...keys: readonly (string | number)[]): readonly (string | number)[] => [
    "services",
    service.name,
    ...keys,
  ];
  const reservations = service.deploy?.resources?.reservations;
  return [
    ...(service.devices ?? []).map(({ source, target }, index): Wanted => ({
      key: source,
      ...(source.startsWith("/") ? { source, target: target ?? source } : {}),
      count: 1,
      path: of("devices", index),
    })),
    ...(service.device_cgroup_rules ?? []).map((rule, index): Wanted => ({
      key: rule,
      count: 1,
      path: of("device_cgroup_rules", index),
    })),
    ...gpuRequests({ service, decision }).filter(({ isGiven }) => !isGiven).map((
      { key, count, path },
    ): Wanted => ({
      key,
      count,
      path,
    })),
    ...(reservations?.generic_resources ?? []).flatMap((one, index): Wanted[] => {
      const { kind, value } = one.discrete_resource_spec ?? {};
      const path = of("deploy", "resources", "reservations", "generic_resources", index);
      return kind === undefined ? [] : [{ key: kind, count: Math.max(1, Number(value)), path }];
    }),
  ];
}

/** A decision about what the service does not ask for: a slip of the pen, which would leave it without its device. */
function reportUnused(
  { report, decisions }: Context,
  service: string,
  decided: readonly string[],
  known: readonly string[],
): void {
  for (const key of decided.filter((one) => !known.includes(one))) {
    const near = nearest(key, known) ?? known[0];
    const span = decisions.span(["services", service, "devices", key]);
    report({
      code: "kube-decision-unused",
      severity: "warning",
      message: `The decision about device "${key}" of service "${service}" matches nothing in the stack`,
      ...(span === undefined ? {} : { span }),
      hint: near === undefined ? "Remove it" : `Did you mean "${near}"?`,
    });
  }
}

/** One question for a service: a stick and its rule are decided together. */
function reportUndecided(context: Context, service: string, wanted: readonly Wanted[]): void {
  const [first] = wanted;
  if (first === undefined) return;
  const keys = [...new Set(wanted.map(({ key }) => key))];
  const line = (how: string, isOfEach = false): string =>
    `services: { ${yamlWord(service)}: { devices: { ${
      keys.map((key, index) => `${yamlWord(key)}: ${how}${isOfEach && index > 0 ? `_${index + 1}` : ""}`)
        .join(", ")
    } } } }`;
  // Nothing on the node stands for a count of something.
  const isReserved = wanted.every(({ source, path }) =>
    source === undefined && path.includes("reservations")
  );
  context.report({
    code: "kube-device",
    severity: "question",
    message: `${keys.map((key) => `"${key}"`).join(", ")} of service "${service}" ${
      keys.length === 1 ? "is" : "are"
    } not in its pod until decided: a device plugin gives devices to pods, and what is only mounted cannot be opened`,
    ...at(context.project, first.path),
    hint: isReserved
      ? `Add to decisions.yaml, with the resource of a device plugin: ${
        line("RESOURCE", true)
      }; without it: ${line("skip")}`
      : `Add to decisions.yaml, for all devices of the node and no filter of system calls: ${
        line("privileged")
      }; with the resource of a device plugin, such as squat.ai/serial: ${
        line("RESOURCE", true)
      }; without it: ${line("skip")}`,
  });
}

/** The container with its devices. */
export function withDevices(container: Json, { mounts, resources }: Devices): Json {
  const limits = Object.fromEntries([...resources].map(([name, count]) => [name, String(count)]));
  const own = fields(container["resources"]);
  return {
    ...container,
    ...optional("volumeMounts", [
      ...list(container["volumeMounts"]),
      ...[...mounts].map(([mountPath, path]) => ({ name: volumeName("device", path), mountPath })),
    ]),
    ...optional("resources", { ...own, ...optional("limits", { ...fields(own["limits"]), ...limits }) }),
  };
}

/** The volumes of those mounts. The one that is opened without further rights has to be what it is called. */
export function deviceVolumes({ mounts }: Devices): readonly Json[] {
  return [...new Set(mounts.values())].map((path) => ({
    name: volumeName("device", path),
    hostPath: { path, ...(path === ALLOWED ? { type: "CharDevice" } : {}) },
  }));
}
