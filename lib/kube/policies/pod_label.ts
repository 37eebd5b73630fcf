/** By what policies know the pods of a service. */
import type { Decisions } from "../../decisions/decisions.ts";
import { label } from "../../stack/names.ts";

/** The value of `app.kubernetes.io/name` on the service's pods; a chart gives its own name to those that it makes. */
export function podLabel({ brokers = {} }: Pick<Decisions, "brokers">, service: string): string {
  const chart = Object.hasOwn(brokers, service) ? brokers[service]?.chart : undefined;
  if (chart === undefined) return label(service);
  const { nameOverride } = chart.values ?? {};
  if (typeof nameOverride === "string" && nameOverride !== "") return nameOverride;
  return chart.chart.split("/").at(-1)?.replace(/(-\d[\d.]*)?\.tgz$/, "") ?? label(service);
}
