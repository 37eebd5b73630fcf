import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Traefik's own settings and middlewares",
  why:
    "Routes refer to middlewares, TLS options and entry points; a route that names a missing one answers 404.",
  plan: ({ kube }) => [kube.traefik()],
});
