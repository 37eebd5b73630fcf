import { migration } from "../../lib/migration/authoring.ts";

export default migration({
  title: "Users of the databases and the broker",
  why:
    "Programs log in with the passwords of their own configuration; the users must know them before they try.",
  plan: ({ service, kube }) =>
    ["faf-db", "postgres-wikijs", "mongodb", "faf-rabbitmq"].map(service).map(kube.users),
});
