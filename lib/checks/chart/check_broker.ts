/** Findings about a rendered broker: programs reach it under its names and ports, and it finds its data. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { list, record } from "../../values/json.ts";
import type { KubeObject } from "../../kube/object.ts";
import { commandVariables, environmentOf } from "./pod_environment.ts";
import { podsOf, type RenderedPod } from "./rendered_objects.ts";
import type { ChartTarget } from "./target.ts";

/** What the stack expects of its broker. */
export interface ExpectedBroker {
  /** The Service by which programs reach it. */
  readonly name: string;
  readonly ports: readonly number[];
  /** The name of the node, after which the directory of its data is named. */
  readonly node: string;
}

/** Errors about the Services, the claim and the node's name; the values say which claim and which name. */
export function checkBroker(
  target: ChartTarget,
  rendered: readonly KubeObject[],
  expected: ExpectedBroker,
): Diagnostic[] {
  const say = (message: string, hint: string): Diagnostic => ({
    code: "kube-chart-broker",
    severity: "error",
    message: `The broker rendered for "${target.name}" ${message}`,
    hint,
  });
  return [
    ...serviceProblems(rendered, expected, say),
    ...claimProblems(target, rendered, say),
    ...variableProblems(target, rendered, expected.node, say),
  ];
}

type Say = (message: string, hint: string) => Diagnostic;

function serviceProblems(
  rendered: readonly KubeObject[],
  { name, ports }: ExpectedBroker,
  say: Say,
): Diagnostic[] {
  const services = rendered.filter(({ kind }) => kind === "Service");
  const service = services.find(({ metadata }) => metadata.name === name);
  if (service === undefined) {
    const others = services.map(({ metadata }) => metadata.name).join(", ") || "none";
    return [
      say(
        `has no Service "${name}", by which programs reach it`,
        `Set fullnameOverride; its Services: ${others}`,
      ),
    ];
  }
  const pod = podsOf(rendered).find(({ labels }) =>
    Object.entries(record(record(service["spec"])?.["selector"]) ?? {}).every(([key, value]) =>
      labels[key] === value
    )
  );
  if (pod === undefined) {
    return [say(`has no pod that Service "${name}" selects`, "Compare its selector with the pods' labels")];
  }
  const offered = list(record(service["spec"])?.["ports"]);
  return ports.flatMap((port) => {
    const found = offered.find((entry) => entry["port"] === port);
    if (found === undefined) {
      return [
        say(`has no port ${port} on Service "${name}", which programs of the stack use`, portHint(offered)),
      ];
    }
    return leads(found, port, pod) ? [] : [
      say(`does not listen where port ${port} of Service "${name}" leads`, "Correct the port's targetPort"),
    ];
  });
}

function portHint(offered: readonly Record<string, unknown>[]): string {
  return `Set service.ports or service.extraPorts; it has ${
    offered.map(({ port }) => String(port)).join(", ") || "none"
  }`;
}

/** Whether the pod declares the port; it has to, as a name, and by number it is what the chart says of itself. */
function leads(entry: Readonly<Record<string, unknown>>, port: number, { spec }: RenderedPod): boolean {
  const wanted = entry["targetPort"] ?? port;
  const declared = list(spec["containers"]).flatMap(({ ports }) => list(ports));
  return declared.some(({ name, containerPort }) => wanted === name || wanted === containerPort);
}

/** The existing claim that the values name, in the pods; and where each container has it. */
function claimProblems({ values }: ChartTarget, rendered: readonly KubeObject[], say: Say): Diagnostic[] {
  const persistence = record(values["persistence"]);
  const claim = persistence?.["existingClaim"];
  if (typeof claim !== "string") return [];
  const subPath = persistence?.["subPath"];
  const mounted = podsOf(rendered).flatMap(({ spec }) => mountsOf(spec, claim));
  if (mounted.length === 0) {
    return [say(`does not mount claim "${claim}", where its data lies`, "Look at persistence in its values")];
  }
  if (subPath !== undefined && !mounted.some((mount) => mount["subPath"] === subPath)) {
    return [
      say(`mounts claim "${claim}" without its folder "${String(subPath)}"`, "Its data lies in that folder"),
    ];
  }
  return [];
}

function mountsOf(
  spec: Readonly<Record<string, unknown>>,
  claim: string,
): readonly Record<string, unknown>[] {
  const names = list(spec["volumes"])
    .filter((volume) => record(volume["persistentVolumeClaim"])?.["claimName"] === claim)
    .map(({ name }) => name);
  return list(spec["containers"]).flatMap(({ volumeMounts }) => list(volumeMounts))
    .filter(({ name }) => names.includes(name));
}

/** The node's name, its data's directory, and each variable of `extraEnvVars`, whatever the chart sets itself. */
function variableProblems(
  { values, namespace }: ChartTarget,
  rendered: readonly KubeObject[],
  node: string,
  say: Say,
): Diagnostic[] {
  const environment = podsOf(rendered).flatMap(({ owner, spec }) =>
    list(spec["containers"]).map((container): ReadonlyMap<string, string | undefined> =>
      new Map([
        ...environmentOf(container, { name: `${owner.metadata.name}-0`, namespace }),
        ...commandVariables(container),
      ])
    )
  ).find((one) => one.has("RABBITMQ_NODE_NAME"));
  const [name, folder] = ["RABBITMQ_NODE_NAME", "RABBITMQ_MNESIA_DIR"].map((key) => environment?.get(key));
  if (environment === undefined || name !== node) {
    const instead = name === undefined ? "" : ` but "${name}"`;
    return [say(
      `is not node "${node}"${instead}, so that it starts empty`,
      "Leave command and args as they are in these values, and check whether the chart uses them",
    )];
  }
  if (folder !== undefined && folder.split("/").at(-1) !== node) {
    return [say(
      `has its data in "${folder}", which is not named after node "${node}", so that it starts empty`,
      "Set RABBITMQ_MNESIA_DIR where RABBITMQ_NODE_NAME is set",
    )];
  }
  return list(values["extraEnvVars"]).flatMap(({ name: key, value }) =>
    typeof value !== "string" || environment.get(String(key)) === value
      ? []
      : [say(`does not get ${String(key)} as its values have it`, "The chart sets it after extraEnvVars")]
  );
}
