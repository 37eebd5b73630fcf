import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Login, with its tables and clients",
  why: "Applications check their tokens against it when they start.",
  takes: ["login"],
  plan: ({ tiers, start }) => tiers().map((tier) => start(tier)),
});
