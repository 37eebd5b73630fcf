import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Databases and brokers, on their own directories",
  why: "Everything that follows connects to them; they are ready before anything else starts.",
  takes: ["store"],
  plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
});
