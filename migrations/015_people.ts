import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Roles for people",
  why:
    "Developers see logs, configuration and deploys from the first step on, and nobody needs the server for it.",
  plan: ({ kube }) => [kube.access()],
});
