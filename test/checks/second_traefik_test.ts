/** Which further Traefik of a stack is said to have no routes in a pod. */
import { deepEqual } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

const COMPOSE = `
services:
  edge:
    image: traefik:v3.3
    command: ["--entrypoints.web.address=:80", "--providers.docker=true"]
    ports: ["80:80"]
  flags: { image: "traefik:v3.3", restart: always, command: ["--providers.docker.endpoint=tcp://proxy:2375"] }
  named: { image: "docker.io/library/traefik:v3", restart: always, environment: { TRAEFIK_PROVIDERS_SWARM: "true" } }
  file: { image: "traefik:v3.3", restart: always, volumes: ["./inside.yml:/etc/traefik/traefik.yml:ro"] }
  alone: { image: "traefik:v3.3", restart: always, command: ["--providers.file.filename=/routes.yml"] }
  gone: { image: "traefik:v3.3", restart: always, command: ["--providers.docker"] }
`;

Deno.test("a further Traefik that asks an engine has no routes; one with files alone keeps them", async () => {
  const stack = await planText(COMPOSE, {
    texts: { "inside.yml": "entryPoints: { web: { address: ':8080' } }\nproviders:\n  docker: {}\n" },
    decisions: "services: { gone: { skip: not needed } }",
  });
  deepEqual(
    findingsOf(stack, "traefik-second"),
    [["flags", "7:19"], ["named", "8:19"], ["file", "9:18"]].map(([name, place]) =>
      `warning Service "${name}" is a further Traefik, which finds its routes by the labels of containers: no Docker ` +
      `Engine runs the pods, so it has none (compose.yaml:${place})`
    ),
  );
});
