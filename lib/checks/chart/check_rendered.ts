/** Findings about what Helm makes of a chart and its values: what it reads is there, and the broker is itself. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Conversion } from "../../kube/conversion.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { MANAGEMENT_PORT } from "../../stack/job_ports.ts";
import { findPlace } from "../../stack/secrets/reference.ts";
import { list, record } from "../../values/json.ts";
import { nodeName } from "../../kube/jobs/rabbitmq/rabbitmq_values.ts";
import { label } from "../../stack/names.ts";
import { describeObject, type KubeObject } from "../../kube/object.ts";
import { checkBroker, type ExpectedBroker } from "./check_broker.ts";
import { checkReferences, type ForeignKey } from "./check_references.ts";
import { doubleVariables } from "./pod_environment.ts";
import { containersIn, podsOf, renderedObjects } from "./rendered_objects.ts";
import type { ChartTarget } from "./target.ts";

/** What is planned beside the chart. */
export interface Surrounding {
  readonly objects: readonly KubeObject[];
  readonly decisions: Decisions;
  readonly conversion?: Conversion;
}

/** Everything that is wrong with the text that `helm template` printed. */
export function checkRendered(
  target: ChartTarget,
  text: string,
  { objects, decisions, conversion }: Surrounding,
): Diagnostic[] {
  const rendered = renderedObjects(text, target.namespace);
  const { service } = target;
  const broker = service === undefined ? undefined : decisions.brokers?.[service];
  const doubles = checkDoubles(target, rendered);
  if (service === undefined || conversion === undefined || broker?.chart === undefined) {
    return [...checkReferences(target, rendered, objects, []), ...doubles];
  }
  const foreign = foreignKeys(conversion, [broker.admin.password, broker.chart.erlangCookie]);
  return [
    ...checkReferences(target, rendered, objects, foreign),
    ...doubles,
    ...checkBroker(target, rendered, expectedOf(conversion, service, broker)),
  ];
}

/** Helm 4 applies on the server, which refuses an object with two variables of one name; Helm 3 did not. */
function checkDoubles(target: ChartTarget, rendered: readonly KubeObject[]): Diagnostic[] {
  return podsOf(rendered).flatMap(({ owner, spec }) =>
    containersIn(spec).flatMap((container) =>
      doubleVariables(container).map((name): Diagnostic => ({
        code: "kube-chart-double",
        severity: "warning",
        message: `${
          describeObject(owner)
        }, rendered for "${target.name}", has variable ${name} twice in container "${
          String(container["name"])
        }", which Helm 4 refuses`,
        hint:
          "Remove it from the values, since the chart sets it itself; k3s installs by Helm 4 since summer 2026",
      }))
    )
  );
}

type Reference = Parameters<typeof findPlace>[1];

/** Secrets that the decisions name as made elsewhere; a warning says already that they have to exist. */
function foreignKeys(conversion: Conversion, references: readonly Reference[]): ForeignKey[] {
  return references.flatMap((reference) => {
    const place = findPlace(conversion, reference);
    return place === undefined || place.value !== undefined ? [] : [{ secret: place.name, key: place.key }];
  });
}

/** What the image declares and no program of a stack uses: between nodes, and with a certificate of its own. */
const PORTS_OF_THE_NODE: ReadonlySet<number> = new Set([4369, 25672, 5671, 15671, 15691]);

/** The ports by which programs reach the broker in the stack, and the one that its own Job uses. */
function expectedOf(
  conversion: Conversion,
  service: string,
  broker: NonNullable<Decisions["brokers"]>[string],
): ExpectedBroker {
  const name = label(service);
  const network = conversion.services.get(service)?.network ?? [];
  const own = network.find(({ object }) => object.metadata.name === name)?.object;
  const ports = list(record(own?.["spec"])?.["ports"]).flatMap(({ port }) =>
    typeof port === "number" && !PORTS_OF_THE_NODE.has(port) ? [port] : []
  );
  const ofJob = broker.users === undefined && broker.vhosts === undefined
    ? []
    : [broker.port ?? MANAGEMENT_PORT];
  const workload = conversion.services.get(service)?.workload[0]?.object;
  return {
    name,
    ports: [...new Set([...ports, ...ofJob])],
    node: workload === undefined ? "" : nodeName(conversion, service, workload),
  };
}
