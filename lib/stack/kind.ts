/** Which kind of workload a service is, by what it means and not by how it is written. */
import type { Service } from "../../compose/project.ts";
import type { WorkloadKind } from "../kube/conversion.ts";
import { at, type Context, imageOf } from "./context.ts";
import { knownImage } from "./known_images.ts";
import { imageDecision } from "./ports.ts";
import type { Subject, Workshop } from "../kube/workload/parts.ts";

/** Where databases and brokers keep what they must not lose. */
const STATEFUL_TARGET =
  /^\/(var\/lib\/(mysql|mariadb|postgresql|rabbitmq|redis|mongodb|cassandra|couchdb|elasticsearch|influxdb|neo4j|etcd)|data\/db|bitnami\/(mariadb|mysql|postgresql|mongodb|redis|rabbitmq)|usr\/share\/elasticsearch\/data)(\/|$)/;

/**
 * Decided; else a DaemonSet for `mode: global`, a Job for what is not restarted and serves nothing, a
 * StatefulSet for databases and brokers with a directory, a Deployment for the rest.
 */
export function kindOf(workshop: Workshop, subject: Subject): Exclude<WorkloadKind, "none" | "CronJob"> {
  const { service, decision } = subject;
  if (decision.kind !== undefined) return decision.kind;
  const mode = service.deploy?.mode;
  if (mode === "global") return "DaemonSet";
  if (mode === "replicated-job" || mode === "global-job") return "Job";
  if (isOneShot(workshop.context, service)) {
    const ports = workshop.ports.get(service.name) ?? [];
    if (ports.length === 0) return "Job";
    reportServingOneShot(workshop.context, service, ports[0]?.port ?? 0);
  }
  return isStateful(workshop.context, service) ? "StatefulSet" : "Deployment";
}

/** Not restarted after success, or waited for until it has ended. An absent `restart` says nothing. */
function isOneShot(context: Context, service: Service): boolean {
  if (service.restart === "no" || service.restart?.startsWith("on-failure") === true) return true;
  const condition = service.deploy?.restart_policy?.["condition"];
  if (condition === "none" || condition === "on-failure") return true;
  return Object.values(context.project.services).some((other) =>
    other.depends_on?.[service.name]?.condition === "service_completed_successfully"
  );
}

function isStateful(context: Context, service: Service): boolean {
  const image = imageOf(context.decisions, service);
  if (image === undefined) return false;
  const keeps = (service.volumes ?? []).filter((mount) => mount.type === "bind" || mount.type === "volume");
  if (keeps.length === 0) return false;
  const decision = imageDecision(context.decisions, image)?.stateful;
  return decision ??
    (knownImage(image)?.stateful === true || keeps.some(({ target }) => STATEFUL_TARGET.test(target)));
}

function reportServingOneShot(context: Context, service: Service, port: number): void {
  const path = ["services", service.name, service.restart === undefined ? "deploy" : "restart"];
  context.report({
    code: "kube-one-shot-serves",
    severity: "warning",
    message:
      `Service "${service.name}" is not restarted after success but serves port ${port}: it stays a server`,
    ...at(context.project, path),
    hint: `If it does end by itself: services: { ${service.name}: { kind: Job } }`,
  });
}

/**
 * Whether an old and a new pod may run side by side during a rollout. Docker stops the old container first;
 * only what is reached through HTTP routes and writes to no kept directory can do without that.
 */
export function mayOverlap(workshop: Workshop, subject: Subject, exclusive: boolean): boolean {
  const { service, decision } = subject;
  if (decision.strategy !== undefined) return decision.strategy === "RollingUpdate";
  if (exclusive) return false;
  if (service.deploy?.update_config?.["order"] === "start-first") return true;
  return [...workshop.context.routing.http.routers.values()].some((router) =>
    router.services.includes(service.name)
  );
}
