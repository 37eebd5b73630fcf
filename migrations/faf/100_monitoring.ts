import { migration } from "../../lib/migration/authoring.ts";

const WATCHERS = ["loki", "promtail", "prometheus", "mysql-exporter", "node-exporter", "cadvisor", "grafana"];

export default migration({
  title: "Monitoring",
  why: "Nothing depends on it, so it comes last; it sees everything that the steps before have made.",
  plan: ({ service, tiers, start }) => [WATCHERS.map(service), ...tiers()].map((tier) => start(tier)),
});
