import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "The front: ports of the node",
  why:
    "Until here Docker answers on them, even with everything ready; a rollback to the step before gives them back.",
  plan: ({ kube }) => [kube.front()],
});
