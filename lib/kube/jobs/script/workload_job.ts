/** A Job that runs a workload's container once with other arguments: same image, files, variables and user. */
import { type KubeObject, podTemplate } from "../../object.ts";
import { list, record } from "../../../values/json.ts";
import { unexpanded } from "../../unexpanded.ts";

/** What belongs to a server that goes on running, and not to a program that ends. */
const SERVER_KEYS = new Set([
  "ports",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "args",
  // Of a server that is an init container, as others of its pod wait for it.
  "restartPolicy",
]);
const SERVER_POD_KEYS = new Set(["terminationGracePeriodSeconds", "initContainers"]);

/** `args` take the place of the container's; its entry point stays. */
export function jobLikeWorkload(workload: KubeObject, name: string, args: readonly string[]): KubeObject {
  const template = podTemplate(workload) ?? {};
  const pod = record(template["spec"]) ?? {};
  const labels = {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": workload.metadata.name,
    "app.kubernetes.io/component": "job",
  };
  const before = list(pod["initContainers"]).filter(({ restartPolicy }) => restartPolicy === undefined);
  const all = [...list(pod["containers"]), ...list(pod["initContainers"])];
  const own = all.find(({ name }) => name === workload.metadata.name) ?? all[0] ?? {};
  const container = Object.fromEntries(Object.entries(own).filter(([key]) => !SERVER_KEYS.has(key)));
  const annotations = record(record(template["metadata"])?.["annotations"]);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      ...(workload.metadata.namespace === undefined ? {} : { namespace: workload.metadata.namespace }),
      labels,
    },
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: 1800,
      template: {
        metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
        spec: {
          ...Object.fromEntries(
            Object.entries(pod).filter(([key]) => !SERVER_POD_KEYS.has(key)),
          ),
          ...(before.length === 0 ? {} : { initContainers: before }),
          restartPolicy: "Never",
          containers: [{ ...container, args: args.map(unexpanded) }],
        },
      },
    },
  };
}
