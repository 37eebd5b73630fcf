/** What is said of a service that a tool of swarm starts by its labels. */
import { deepEqual } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

const COMPOSE = `
services:
  web: { image: "registry.example/web:1.0", restart: always }
  nightly:
    image: registry.example/job:1.0
    deploy:
      replicas: 0
      restart_policy: { condition: none }
      labels:
        swarm.cronjob.enable: "true"
        swarm.cronjob.schedule: "0 2 * * *"
`;

Deno.test("labels of swarm-cronjob are reported, and what has no replicas does not go on running", async () => {
  const stack = await planText(COMPOSE);
  deepEqual(findingsOf(stack, "kube-engine-labels"), [
    'question Service "nightly" has "swarm.cronjob.enable", "swarm.cronjob.schedule", and swarm-cronjob starts the ' +
    "service at these times: it asks the Docker Engine, which does not run the pods (compose.yaml:10:31)",
  ]);
  deepEqual(findingsOf(stack, "kube-one-shot-unclear"), []);
  const running = await planText(COMPOSE.replace("replicas: 0", "replicas: 1"));
  deepEqual(findingsOf(running, "kube-one-shot-unclear").length, 1);
});
