import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Monitoring",
  why: "Nothing depends on it, so it comes last; it sees everything that the steps before have made.",
  plan: ({ service, kube, wait }) => {
    const watchers = [
      "loki",
      "promtail",
      "prometheus",
      "mysql-exporter",
      "node-exporter",
      "cadvisor",
      "grafana",
    ].map(service);
    return [watchers.map(kube.workload), watchers.map((watcher) => wait.ready(watcher))];
  },
});
