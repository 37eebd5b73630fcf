import { migration } from "../../lib/migration/authoring.ts";

export default migration({
  title: "Database schema",
  why: "Applications expect the tables of their version; the job is done before the first of them starts.",
  takes: ["job"],
  plan: ({ service, tiers, start, kube }) => [
    kube.job(service("faf-db-migrations"), { timeout: "30m" }),
    tiers().map((tier) => start(tier)),
  ],
});
