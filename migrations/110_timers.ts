import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Backups and timers",
  why: "The host's own timers reached into containers that are gone; from here on the cluster keeps them.",
  plan: ({ kube }) => [kube.timers()],
});
