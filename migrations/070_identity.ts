import { migration } from "../lib/migration/authoring.ts";

export default migration({
  title: "Login: Ory Hydra, then the user service",
  why: "The API, the lobby, the forum and the wiki check their tokens against Hydra when they start.",
  plan: ({ service, kube, wait }) =>
    ["faf-ory-hydra", "faf-user-service"].map(service).map((login) => [
      kube.deployment(login),
      wait.ready(login),
    ]),
});
