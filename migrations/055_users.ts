import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Users of the databases and brokers",
  why:
    "Programs log in with the passwords of their own configuration; the users must know them before they try.",
  plan: ({ services, kube }) => services().map(kube.users),
});
