import { migration } from "../../lib/migration/authoring.ts";

export default migration({
  title: "Databases and the broker, on their own directories",
  why: "Everything that follows connects to them; they are ready before anything else starts.",
  takes: ["store"],
  plan: ({ service, tiers, start, kube, wait }) => {
    const stores = ["faf-db", "faf-rabbitmq", "mongodb", "postgres-wikijs"].map(service);
    return [
      stores.map(kube.statefulSet),
      stores.map((store) => wait.ready(store, { timeout: "10m" })),
      stores.map(kube.calls),
      tiers().map((tier) => start(tier)),
    ];
  },
});
