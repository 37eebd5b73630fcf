import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Namespace with its quotas and limits",
  why: "Everything else lives in it, and no app shall be able to take the whole machine.",
  plan: ({ kube }) => [kube.namespaces()],
});
