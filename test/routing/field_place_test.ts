/** A finding about one field of a service points at the label that sets it, not at the last one of the service. */
import { deepEqual } from "node:assert/strict";
import { planText } from "../cli/planned_text.ts";

Deno.test("what becomes of a health check, a transport and a weight is said at the label of each", async () => {
  const { diagnostics } = await planText(`
services:
  traefik: { image: "traefik:3.6", command: ["--providers.docker", "--entrypoints.web.address=:80"], ports: ["80:80"] }
  shop:
    image: nginx:1.27
    restart: always
    labels:
      traefik.http.services.shop.loadbalancer.healthcheck.path: /alive
      traefik.http.services.shop.loadbalancer.serverstransport: none@file
      traefik.http.services.shop.loadbalancer.server.weight: "2"
      traefik.http.services.shop.loadbalancer.server.port: "80"
      traefik.http.routers.shop.rule: Host(\`shop.example.org\`)
      traefik.http.routers.shop.entrypoints: web
`);
  const places = diagnostics.flatMap(({ code, span }) =>
    /^traefik-(healthcheck-replaced|transport-unknown|field-lost)$/.test(code) ? [[code, span?.line]] : []
  );
  deepEqual(
    new Map(places as [string, number][]),
    new Map([
      ["traefik-healthcheck-replaced", 8],
      ["traefik-transport-unknown", 9],
      ["traefik-field-lost", 10],
    ]),
  );
});
