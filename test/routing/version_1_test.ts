/** Labels of Traefik 1 are no routes here, and no labels without effect either. */
import assert from "node:assert/strict";
import { staticSide } from "./static_side.ts";

function compose(image: string): string {
  return `name: shop
services:
  proxy:
    image: ${image}
    command: --docker --docker.domain=example.org --logLevel=DEBUG
    ports: ["80:80"]
    labels: ["traefik.port=8080", "traefik.enable=false"]
  site:
    image: wordpress:5-apache
    labels:
      - traefik.backend=site
      - traefik.frontend.rule=Host:blog.example.org
      - traefik.port=80
  next:
    image: registry.example/next:1
    labels:
      - traefik.frontend.rule=Host:next.example.org
      - traefik.http.routers.next.rule=Host(\`next.example.org\`)
      - traefik.http.services.next.loadbalancer.server.port=80
  db: { image: "mysql:5.7", environment: { MYSQL_ROOT_PASSWORD: x } }
`;
}

for (const image of ["traefik:1.7-alpine", "traefik:v1.7.12", "traefik:maroilles-alpine"]) {
  Deno.test(`a service with labels for ${image} alone has no route, and each is an error at its place`, async () => {
    const { objects, said } = await staticSide(compose(image));
    const routes = objects.filter(({ kind }) => kind.startsWith("IngressRoute"));
    assert.deepEqual(routes.map(({ metadata }) => metadata.name), ["next"]);
    const told = said("traefik-version-1");
    assert.deepEqual(told.map(({ severity, span }) => [severity, span?.line]), [["warning", 4], [
      "error",
      12,
    ]]);
    assert.match(told[1]?.message ?? "", /^The label "traefik.frontend.rule" of the service "site"/);
    assert.deepEqual(said("traefik-label-ignored"), []);
    assert.deepEqual(said("traefik-static-unknown"), []);
  });
}
