/** Init containers for the conditions of `depends_on`. */
import { at, isSkipped } from "../../stack/context.ts";
import { connects } from "../jobs/script/shell_parts.ts";
import { isServiceName, label } from "../../stack/names.ts";
import type { Json, Subject, Workshop } from "./parts.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/**
 * `service_healthy` waits until the other's Service answers: it has an address only while its readiness probe,
 * which is the healthcheck, succeeds. `service_started` needs nothing, since a pod is restarted until it works;
 * the completion of a Job is waited for by the order of the migrations.
 */
export function waitContainers(workshop: Workshop, subject: Subject, helperImage: string): Json[] {
  const { context } = workshop;
  const { service, decision } = subject;
  if (decision.waitFor === false) return [];
  return Object.entries(service.depends_on ?? {}).flatMap(([name, { condition }]): Json[] => {
    if (condition !== "service_healthy" || isSkipped(context.decisions, name)) return [];
    const port = (workshop.ports.get(name) ?? []).find(({ protocol }) => protocol === "TCP")?.port;
    if (port === undefined || !isServiceName(label(name))) {
      context.report({
        code: "kube-wait-without-port",
        severity: "warning",
        message:
          `Service "${service.name}" waits until "${name}" is healthy, but "${name}" has no port to ask`,
        ...at(context.project, ["services", service.name, "depends_on", name]),
        hint: `Add to decisions.yaml: services: { ${yamlWord(name)}: { ports: [PORT] } }`,
      });
      return [];
    }
    const command = waitCommand(label(name), port);
    return [{
      name: label(`wait-${name}`),
      image: helperImage,
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", command],
    }];
  });
}

function waitCommand(host: string, port: number): string {
  return `until ${connects(host, String(port))}; do echo "waiting for ${host}:${port}"; sleep 2; done`;
}
