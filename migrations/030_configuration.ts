import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Configuration and secrets of all services",
  why: "The jobs that prepare databases read the configuration of every consumer, so all of it comes first.",
  plan: ({ kube }) => [kube.configuration()],
});
