import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Routes from the outside",
  why: "Only now does anybody reach the applications, and every route finds its service ready.",
  plan: ({ kube }) => [kube.routes()],
});
