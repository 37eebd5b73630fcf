/** Which kind of workload a service is, by what it means and not by how it is written. */
import type { Project, Service } from "../../compose/project.ts";
import type { Routing } from "../traefik/routing.ts";
import { oncePer } from "../values/once_per.ts";
import type { WorkloadKind } from "./role.ts";
import { type Context, decided, imageOf } from "./context.ts";
import { knownImage } from "./known_images.ts";
import { imageDecision } from "./image_decision.ts";
import { isOff } from "./replicas.ts";

/** Where databases and brokers keep what they must not lose. */
const STATEFUL_TARGET =
  /^\/(var\/lib\/(mysql|mariadb|postgresql|rabbitmq|redis|mongodb|cassandra|couchdb|elasticsearch|influxdb|neo4j|etcd)|data\/db|bitnami\/(mariadb|mysql|postgresql|mongodb|redis|rabbitmq)|usr\/share\/elasticsearch\/data)(\/|$)/;

/**
 * Decided; else a DaemonSet for `mode: global`, a Job for what is deployed as one, what others wait for until it has
 * ended or what an engine showed to have ended, a StatefulSet for databases and brokers with a directory, a Deployment
 * for the rest: whether a program ends by itself is not known from its `restart`.
 */
export function kindOf(context: Context, service: Service): Exclude<WorkloadKind, "none" | "CronJob"> {
  const decision = decided(context.decisions, service.name);
  if (decision.kind !== undefined) return decision.kind;
  const mode = service.deploy?.mode;
  if (mode === "global") return "DaemonSet";
  const isJob = mode === "replicated-job" || mode === "global-job" || isAwaited(context.project, service);
  // A Job runs once at least.
  if (isJob && !isOff(context.decisions, service)) return "Job";
  if (isSeenEnded(context, service)) return "Job";
  return isStateful(context, service) ? "StatefulSet" : "Deployment";
}

/**
 * Whether an engine showed that the program ended with success and Docker leaves it at that; with `restart: always` it
 * would have been started again.
 */
export function isSeenEnded({ seen }: Context, service: Service): boolean {
  const condition = service.deploy?.restart_policy?.["condition"];
  const restart = service.restart ?? (condition === undefined ? "no" : String(condition));
  return seen?.ended[service.name] === true && /^(no|none|on-failure.*)$/.test(restart);
}

/** Whether another service waits until this one has ended. */
export function isAwaited(project: Project, service: Service): boolean {
  return awaited(project).has(service.name);
}

const awaited = oncePer(({ services }: Project): ReadonlySet<string> =>
  new Set(
    Object.values(services).flatMap(({ depends_on: needs }) =>
      Object.entries(needs ?? {})
        .filter(([, { condition }]) => condition === "service_completed_successfully")
        .map(([name]) => name)
    ),
  )
);

function isStateful(context: Context, service: Service): boolean {
  const image = imageOf(context.decisions, service);
  if (image === undefined) return false;
  const keeps = (service.volumes ?? []).filter((mount) => mount.type === "bind" || mount.type === "volume");
  if (keeps.length === 0) return false;
  const decision = imageDecision(context.decisions, image)?.stateful;
  return decision ??
    (knownImage(image)?.stateful === true || keeps.some(({ target }) => STATEFUL_TARGET.test(target)));
}

/**
 * Whether an old and a new pod may run side by side during a rollout. Docker stops the old container first;
 * only what is reached through HTTP routes and writes to no kept directory can do without that.
 */
export function mayOverlap(context: Context, service: Service, exclusive: boolean): boolean {
  const decision = decided(context.decisions, service.name);
  if (decision.strategy !== undefined) return decision.strategy === "RollingUpdate";
  if (exclusive) return false;
  if (service.deploy?.update_config?.["order"] === "start-first") return true;
  return servicesOfRouters(context.routing).has(service.name);
}

const servicesOfRouters = oncePer(({ http }: Routing): ReadonlySet<string> =>
  new Set([...http.routers.values()].flatMap(({ services }) => services))
);
