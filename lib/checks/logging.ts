/** Where the logs of containers went, and where those of pods go. */
import { at, type Context, isSkipped } from "../stack/context.ts";

/** Drivers whose logs stay on the machine. */
const HERE = /^(json-file|local|journald|none|)$/;

/** One finding for the logs that were sent somewhere, one for those that stay on the machine. */
export function checkLogging(context: Context): void {
  const { project, decisions, routing } = context;
  const drivers = Object.values(project.services).flatMap(({ name, logging }) =>
    logging?.driver === undefined || isSkipped(decisions, name) || name === routing.traefikService
      ? []
      : [{ name, driver: logging.driver }]
  );
  for (const isHere of [false, true]) {
    const [first, ...others] = drivers.filter(({ driver }) => HERE.test(driver) === isHere);
    if (first === undefined) continue;
    const place = (name: string): ReturnType<typeof at> =>
      at(project, ["services", name, "logging", "driver"]);
    context.report({
      code: "kube-log-driver",
      severity: isHere ? "info" : "warning",
      message: isHere
        ? `The log of service "${first.name}" is the kubelet's: kubectl logs reads it, and it is rotated at 10 MiB, five files`
        : `The log of service "${first.name}" is not sent by "${first.driver}": the kubelet keeps it on the node, where kubectl logs reads it`,
      ...place(first.name),
      hint: isHere
        ? "For other sizes: containerLogMaxSize and containerLogMaxFiles of the kubelet"
        : "Install an agent in the cluster that sends the logs of all pods, such as Fluent Bit, Vector or Alloy",
      related: others.flatMap(({ name }) => {
        const { span } = place(name);
        return span === undefined ? [] : [{ message: `Also of service "${name}"`, span }];
      }),
    });
  }
}
