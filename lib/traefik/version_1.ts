/** A stack whose Traefik is version 1: its options, files and labels are of another language, which is not read here. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Container } from "./container.ts";
import { at } from "./label_findings.ts";

/** Whether a version, as far as it is known, is one of Traefik 1. */
export function isVersion1(version: string | undefined): boolean {
  return version?.split(".")[0] === "1";
}

/** Whether a label is one that Traefik 1 reads and later ones do not. */
export function isLabelOfVersion1(key: string): boolean {
  return /^traefik\.(?!(?:http|tcp|udp|tls|docker)\.|enable$)/i.test(key);
}

/** Whether a container has labels that Traefik 2 and later read, as it may have beside those of version 1. */
export function hasNewerLabels({ labels }: Container): boolean {
  return Object.keys(labels).some((key) => /^traefik\.(?:http|tcp|udp)\./i.test(key));
}

/**
 * What is lost of it. A route of version 1 is an error, as nobody would answer for its host; what Traefik 1 exposed
 * without a label is told with its options.
 */
export function version1Findings(
  project: Project,
  traefik: string,
  containers: readonly Container[],
): Diagnostic[] {
  const routed = containers.filter((container) =>
    container.service !== traefik && !hasNewerLabels(container)
  );
  return [
    {
      code: "traefik-version-1",
      severity: "warning",
      message:
        `The Traefik of the service "${traefik}" is version 1: its options and files are not read, nor what it exposed ` +
        "without a label",
      ...at(project.span(["services", traefik, "image"])),
      hint: "Write what is needed of them for Traefik 3, as its guide from version 1 to 2 has them",
    },
    ...routed.flatMap(oldLabels),
  ];
}

function oldLabels(container: Container): Diagnostic[] {
  const { labels, service } = container;
  const isOff = /^(?:0|f|false)$/i.test(labels["traefik.enable"] ?? "");
  const keys = Object.keys(labels).filter(isLabelOfVersion1);
  const [first] = keys.filter((key) => /frontend/i.test(key)).concat(keys);
  if (isOff || first === undefined) return [];
  const name = service.replace(/[^\w-]+/g, "-");
  return [{
    code: "traefik-version-1",
    severity: "error",
    message:
      `The label "${first}" of the service "${service}" is of Traefik 1: it has no route in the cluster`,
    ...at(container.spanOf(first)),
    hint: "Write it for Traefik 3 beside the old one, which does not read it: " +
      `traefik.http.routers.${name}.rule=Host(\`HOST\`), traefik.http.services.${name}.loadbalancer.server.port=PORT`,
  }];
}
