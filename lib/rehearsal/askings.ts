/** What is asked of each service while it moves: its route where it has one, else whether its port is open. No I/O. */
import type { Project } from "../../compose/project.ts";
import type { KubeObject } from "../kube/object.ts";
import { questionsOf, type RouteQuestion } from "../run/verify/questions.ts";
import { isKnownPort, type ServicePort } from "../stack/ports.ts";
import { serviceLabel } from "../stack/names.ts";
import { list, record } from "../values/json.ts";

/** One service's. */
export interface Asking {
  readonly service: string;
  /** Its name in the cluster. */
  readonly label: string;
  /** By TCP. */
  readonly port: number;
  /** Host and path of its first route; absent where no route leads there. */
  readonly route?: RouteQuestion;
}

/**
 * Services without a known port are not asked.
 *
 * @param objects of the live stack's plan, which has the routes @param kept those that have a copy
 * @param ports with their evidence: one on which nobody may listen is asked where there is no other
 */
export function askingsOf(
  objects: readonly KubeObject[],
  project: Project,
  kept: readonly string[],
  ports: ReadonlyMap<string, readonly ServicePort[]>,
): readonly Asking[] {
  const routed = routesByService(objects, project);
  return kept.flatMap((service): readonly Asking[] => {
    const label = serviceLabel(service);
    const [route] = routed.get(label) ?? [];
    if (route !== undefined) return [{ service, label, ...route }];
    const own = objects.find(({ kind, metadata }) => kind === "Service" && metadata.name === label);
    const tcp = list(record(own?.["spec"])?.["ports"]).filter(({ protocol = "TCP" }) => protocol === "TCP")
      .map(({ port }) => port);
    const known = (ports.get(service) ?? []).filter((each) => each.protocol === "TCP" && isKnownPort(each));
    const port = tcp.find((each) => known.some((one) => one.port === each)) ?? tcp[0];
    return typeof port === "number" ? [{ service, label, port }] : [];
  });
}

type Routed = Required<Pick<Asking, "port" | "route">>;

function routesByService(
  objects: readonly KubeObject[],
  project: Project,
): ReadonlyMap<string, readonly Routed[]> {
  const routed = objects.filter(({ kind }) => kind === "IngressRoute").flatMap((object) =>
    list(record(object["spec"])?.["routes"]).flatMap((route) => {
      const [to] = list(route["services"]);
      if (typeof to?.["name"] !== "string" || typeof to["port"] !== "number") return [];
      const alone = { ...object, spec: { ...record(object["spec"]), routes: [route] } };
      const [question] = questionsOf([alone], { ...project, services: {} }).asked;
      if (question?.kind !== "route") return [];
      // Asked behind Traefik, where nobody but the program itself would speak TLS.
      const asked: RouteQuestion = { ...question, isSecure: to["scheme"] === "https" };
      return [{ label: to["name"], port: to["port"], route: asked }];
    })
  );
  return Map.groupBy(routed, ({ label }) => label);
}
