import { migration } from "../lib/migration/authoring.ts";

const WATCHERS = ["loki", "promtail", "prometheus", "mysql-exporter", "node-exporter", "cadvisor", "grafana"];

export default migration({
  title: "Monitoring",
  why: "Nothing depends on it, so it comes last; it sees everything that the steps before have made.",
  plan: ({ service, assigned, kube, wait }) => {
    const watchers = [...WATCHERS.map(service), ...assigned()];
    return [
      watchers.map(kube.workload),
      watchers.map((watcher) => wait.ready(watcher)),
      watchers.map(kube.calls),
    ];
  },
});
