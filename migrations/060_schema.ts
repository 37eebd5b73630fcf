import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Database schema",
  why: "Applications expect the tables of their version; the job is done before the first of them starts.",
  plan: ({ service, assigned, kube }) =>
    [service("faf-db-migrations"), ...assigned()].map((schema) => kube.job(schema, { timeout: "30m" })),
});
