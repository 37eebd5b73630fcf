import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "One-shot jobs, such as schemas",
  why:
    "What others wait for is done before the first of them starts; a job that needs an application comes after it.",
  takes: ["job"],
  plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
});
