import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "What is decided to come last, such as monitoring",
  why: "Nothing depends on it; it sees everything that the steps before have made.",
  plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
});
