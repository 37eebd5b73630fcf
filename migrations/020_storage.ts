import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Volumes on the directories where the data already lies",
  why: "Data stays where it is on the disk; the claims must exist before the first workload that mounts one.",
  plan: ({ kube }) => [kube.storage()],
});
