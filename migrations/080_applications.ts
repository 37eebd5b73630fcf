import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Applications",
  why: "Databases, schema and login are there; what others call comes before its callers.",
  takes: ["application"],
  plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
});
