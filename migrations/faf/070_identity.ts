import { migration } from "../../lib/migration/authoring.ts";

export default migration({
  title: "Login: Ory Hydra with its tables and clients, then the user service",
  why: "The API, the lobby, the forum and the wiki check their tokens against Hydra when they start.",
  takes: ["login"],
  plan: ({ service, tiers, start, kube, wait }) => {
    const hydra = service("faf-ory-hydra");
    return [
      kube.schema(hydra),
      [hydra, service("faf-user-service")].map((
        login,
      ) => [kube.deployment(login), wait.ready(login), kube.calls(login)]),
      kube.clients(hydra),
      tiers().map((tier) => start(tier)),
    ];
  },
});
