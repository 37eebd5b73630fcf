/** GPUs of `gpus` and of reservations, and the RuntimeClass by which a pod has them. */
import type { DeviceRequest } from "../../../compose/project.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../stack/context.ts";
import type { Json } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";

/** One request with the name that a decision has for it. */
export interface GpuRequest {
  readonly key: string;
  readonly count: number;
  readonly path: readonly (string | number)[];
  /** NVIDIA's runtime gives it by variables, as it does for Docker. */
  readonly isGiven: boolean;
  readonly request: DeviceRequest;
}

const GPUS = "gpus";

/** Capabilities that NVIDIA's runtime knows (moby, `daemon/nvidia_linux.go`). */
const CAPABILITIES = new Set(["compute", "compat32", "graphics", "utility", "video", "display"]);

/** All requests for devices that a driver of the engine gives. */
export function gpuRequests({ service, decision }: DecidedService): readonly GpuRequest[] {
  const base = ["services", service.name];
  const reserved = service.deploy?.resources?.reservations?.devices ?? [];
  return [
    ...(service.gpus ?? []).map((request, index) => ({ request, path: [...base, GPUS, index] })),
    ...reserved.map((request, index) => ({
      request,
      path: [...base, "deploy", "resources", "reservations", "devices", index],
    })),
  ].map(({ request, path }) => {
    const { capabilities = [], driver = "", count = 0, device_ids: ids = [] } = request;
    const isGpu = capabilities.length === 0 || capabilities.includes("gpu");
    const key = isGpu ? GPUS : capabilities[0] ?? GPUS;
    return {
      key,
      count: ids.length || Math.max(1, Number(count)),
      path,
      isGiven: isGpu && /^(nvidia)?$/.test(driver) && !Object.hasOwn(decision.devices ?? {}, key),
      request,
    };
  });
}

/** What Docker sets for a request: the last one counts, as there. */
export function gpuVariables(subject: DecidedService): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { request } of gpuRequests(subject).filter(({ isGiven }) => isGiven)) {
    const { device_ids: ids = [], count = -1, capabilities = [] } = request;
    const known = capabilities.filter((one) => CAPABILITIES.has(one));
    variables.set("NVIDIA_VISIBLE_DEVICES", ids.length > 0 ? ids.join(",") : numbers(Number(count)));
    if (known.length > 0) variables.set("NVIDIA_DRIVER_CAPABILITIES", known.join(","));
  }
  return variables;
}

/** The first so many, by their numbers. */
function numbers(count: number): string {
  return count < 0 ? "all" : Array.from({ length: count }, (_, index) => index).join(",");
}

/** What a node has without a class: runc, and what is called so by containerd. */
const OWN_RUNTIME = /^(|runc|crun|io\.containerd\.runc\.v[12]|io\.containerd\.runtime\.v1\.linux)$/;

/** Docker's names of runtimes whose makers call their class otherwise. */
const CLASSES: Readonly<Record<string, string>> = {
  runsc: "gvisor",
  "kata-runtime": "kata",
};

/** `runtimeClassName`: decided, else of compose's `runtime`, else NVIDIA's where GPUs are asked for. */
export function runtimeClassOf(context: Context, subject: DecidedService): Json {
  const { service, decision } = subject;
  const { runtimeClass, devices = {} } = decision;
  if (runtimeClass !== undefined) return runtimeClass === "none" ? {} : { runtimeClassName: runtimeClass };
  const gpus = gpuRequests(subject);
  const given = gpus.find(({ isGiven }) => isGiven);
  const plugin = gpus.find(({ key }) => JSON.stringify(devices[key] ?? "").includes("nvidia.com/"));
  const runtime = String(service.runtime ?? "");
  const name = !OWN_RUNTIME.test(runtime)
    ? className(runtime)
    : given === undefined && plugin === undefined
    ? undefined
    : "nvidia";
  if (name === undefined) return {};
  const path = OWN_RUNTIME.test(runtime)
    ? (given ?? plugin)?.path ?? []
    : ["services", service.name, "runtime"];
  reportClass(context, subject, name, path, plugin !== undefined);
  return { runtimeClassName: name };
}

/** containerd's own name of a runtime is that of its shim, and k3s calls the class after the runtime itself. */
function className(written: string): string {
  const runtime = /^io\.containerd\.(.+)\.v\d+$/.exec(written)?.[1] ?? written;
  const known = Object.hasOwn(CLASSES, runtime) ? CLASSES[runtime] : undefined;
  return known ?? runtime.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
}

function reportClass(
  context: Context,
  { service }: DecidedService,
  name: string,
  path: readonly (string | number)[],
  isByPlugin: boolean,
): void {
  const quoted = yamlWord(service.name);
  context.report({
    code: "kube-runtime-class",
    severity: "warning",
    message:
      `Pods of service "${service.name}" run in RuntimeClass "${name}": the cluster makes none without it`,
    ...at(context.project, path),
    hint: name === "nvidia"
      ? "Install NVIDIA's container toolkit on the node: k3s finds it at its start and has the class" +
        (isByPlugin
          ? ""
          : `. With the device plugin: services: { ${quoted}: { devices: { ${GPUS}: nvidia.com/gpu } } }`)
      : `Make the class, or name another: services: { ${quoted}: { runtimeClass: CLASS } }; for the cluster's own runtime: services: { ${quoted}: { runtimeClass: none } }`,
  });
}
