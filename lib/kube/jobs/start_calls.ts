/** Calls that a program needs at each start: made by a container beside it, as its data ends with its own. */
import type { Conversion, ConvertedService } from "../conversion.ts";
import type { Digests } from "../digests.ts";
import type { KubeObject } from "../object.ts";
import { ANSWERED, CALL_AT_START_SCRIPT } from "./call_script.ts";
import type { JobDecisions } from "../../decisions/jobs.ts";
import { type ReadCall, readCalls } from "./http_calls.ts";
import { INPUTS_ANNOTATION, inputsDigest, variablesJson } from "./script/job.ts";
import { list, record } from "../../values/json.ts";
import { unexpanded } from "../unexpanded.ts";

/** The program is reached by the pod's own loopback. */
const ADDRESS = { CALL_ADDRESS: { text: "127.0.0.1" } } as const;

/**
 * The conversion with a container `call-NAME` in the pods of every service that has a call with `at: start`. What is
 * wrong with such a call is found by `serviceCalls`.
 */
export function withStartCalls(
  conversion: Conversion,
  decisions: JobDecisions,
): Conversion {
  const inPods = Map.groupBy(conversion.services.values(), (one) => one.inPodOf ?? one.name);
  const services = new Map(
    [...conversion.services].map(([name, service]) => {
      const calls = (inPods.get(name) ?? [])
        .flatMap((one) => readCalls(conversion, decisions, one.name))
        .filter(({ call, findings }) => call.at === "start" && findings.length === 0);
      return [name, calls.length === 0 ? service : withCalls(service, calls, conversion.digests)] as const;
    }),
  );
  return { ...conversion, services };
}

function withCalls(
  service: ConvertedService,
  calls: readonly ReadCall[],
  digests: Digests,
): ConvertedService {
  const [first, ...others] = service.workload;
  if (first === undefined) return service;
  return { ...service, workload: [{ ...first, object: besides(first.object, calls, digests) }, ...others] };
}

function besides(workload: KubeObject, calls: readonly ReadCall[], digests: Digests): KubeObject {
  const spec = record(workload["spec"]);
  const template = record(spec?.["template"]);
  const pod = record(template?.["spec"]);
  const metadata = record(template?.["metadata"]);
  const variables = Object.fromEntries(
    calls.flatMap(({ name, variables }) =>
      Object.entries(variables).map(([key, variable]) => [`${name}.${key}`, variable])
    ),
  );
  const annotations = {
    ...record(metadata?.["annotations"]),
    [INPUTS_ANNOTATION]: inputsDigest(variables, digests),
  };
  return {
    ...workload,
    spec: {
      ...spec,
      template: {
        ...template,
        metadata: { ...metadata, annotations },
        spec: {
          ...pod,
          containers: [...list(pod?.["containers"]), ...calls.map(containerOf)],
          volumes: [
            ...list(pod?.["volumes"]),
            ...calls.map(({ name }) => ({ name: `call-${name}`, emptyDir: {} })),
          ],
        },
      },
    },
  };
}

function containerOf({ name, arguments: given, variables, image }: ReadCall): Record<string, unknown> {
  return {
    name: `call-${name}`,
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sh", "-c"],
    args: [CALL_AT_START_SCRIPT, name, ...given].map(unexpanded),
    env: variablesJson({ ...variables, ...ADDRESS }),
    // Who is not called yet has no data: the pod is ready when it is, and a run waits for it.
    readinessProbe: { exec: { command: ["test", "-e", ANSWERED] }, periodSeconds: 2, failureThreshold: 1 },
    volumeMounts: [{ name: `call-${name}`, mountPath: "/tmp" }],
    resources: { requests: { cpu: "1m", memory: "8Mi" }, limits: { cpu: "100m", memory: "32Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
}
