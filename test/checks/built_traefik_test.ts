/** Which service that is built here is said to be a Traefik whose configuration its image has. */
import { deepEqual } from "node:assert/strict";
import { findingsOf, planText } from "../cli/planned_text.ts";

function stack(service: string): string {
  return `services:\n  ${service}\n  web: { image: "nginx:1.27", restart: always }\n`;
}

async function said(service: string): Promise<number> {
  return findingsOf(await planText(stack(service)), "traefik-built").length;
}

const SAID = [
  'traefik: { build: ./docker, restart: always, ports: ["80:80"] }',
  'proxy: { build: ./traefik, restart: always, ports: ["80:80"] }',
  'proxy: { build: { context: ., dockerfile: Dockerfile.traefik }, restart: always, ports: ["80:80"] }',
  'proxy: { build: { context: ., dockerfile: ./compose/traefik/Dockerfile }, restart: always, ports: ["80:80"] }',
  'proxy: { build: ., image: "acme/shop_production_traefik:1", restart: always, network_mode: host }',
];
const SILENT = [
  'traefik: { build: ./docker, image: "traefik:v3.4", restart: always, ports: ["80:80"] }',
  'traefik-forward-auth: { build: ./traefik-forward-auth, restart: always, ports: ["4181:4181"] }',
  "traefik: { build: ./docker, restart: always }",
  'traefik: { image: "acme/edge:1", restart: always, ports: ["80:80"] }',
  'proxy: { build: ., restart: always, ports: ["80:80"] }',
];

Deno.test("a Traefik that is built here is told by its name, its folder or its Dockerfile", async () => {
  for (const service of SAID) deepEqual([service, await said(service)], [service, 1]);
});

Deno.test("nothing is said of Traefik's own image, of its companions and of what publishes nothing", async () => {
  for (const service of SILENT) deepEqual([service, await said(service)], [service, 0]);
});
