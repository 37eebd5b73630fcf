/** Services on the machine's network, whose `localhost` is the machine. */
import { deepEqual, equal } from "node:assert/strict";
import { fields, list } from "../../lib/values/json.ts";
import { containerOf, findingsOf, objectNamed, planText } from "../cli/planned_text.ts";

const STACK = `services:
  home:
    image: acme/home:1
    network_mode: host
    restart: always
    healthcheck: { test: [CMD, curl, "http://localhost:8123"] }
  red:
    image: acme/red:1
    network_mode: host
    restart: always
    healthcheck: { test: "curl -f http://127.0.0.1:8123 && curl -f http://127.0.0.1:1880" }
  told: { image: "acme/told:1", network_mode: host, restart: always, expose: ["9000"] }
  asks:
    image: acme/asks:1
    network_mode: host
    restart: always
    healthcheck: { test: [CMD, curl, "http://localhost:9000"] }
  apart:
    image: acme/apart:1
    restart: always
    healthcheck: { test: [CMD, curl, "http://localhost:8123"] }
`;

Deno.test("a port that two services of the machine's network ask is declared by none, unless it is said whose it is", async () => {
  const stack = await planText(STACK);
  const declared = (service: string): readonly unknown[] =>
    list(containerOf(stack, service)["ports"]).map(({ containerPort }) => containerPort);
  deepEqual(declared("home"), []);
  deepEqual(declared("red"), [1880]);
  deepEqual(declared("told"), [9000]);
  deepEqual(declared("asks"), []);
  deepEqual(declared("apart"), [8123]);
  // Who calls it by its name still reaches it.
  const ports = list(fields(objectNamed(stack, "Service", "home")?.["spec"])["ports"]);
  deepEqual(ports.map(({ port }) => port), [8123]);
});

Deno.test("a service of a provider can be left out, and the error says how", async () => {
  const compose = `services:
  db: { provider: { type: cloud, options: { a: b } } }
  app: { image: "acme/app:1", restart: always, depends_on: [db] }
`;
  deepEqual(findingsOf(await planText(compose), "kube-image-missing"), [
    'error Service "db" names no image: provider "cloud" makes something outside compose, and gives its dependents ' +
    "variables (compose.yaml:2:19)",
  ]);
  const left = await planText(compose, { decisions: "services: { db: { skip: elsewhere } }\n" });
  deepEqual(findingsOf(left, "kube-image-missing"), []);
  equal(left.diagnostics.some(({ severity }) => severity === "error"), false);
});
