/** Which service is Traefik, and of which version, by what a compose file says of it. */
import { deepEqual, equal } from "node:assert/strict";
import type { Project, Service } from "../../compose/project.ts";
import { findTraefik } from "../../lib/traefik/find_traefik.ts";
import { projectOf } from "../traefik/stack_fixture.ts";
import { staticSide } from "./static_side.ts";

function project(...services: readonly Service[]): Project {
  return { ...projectOf(new Map()), services: Object.fromEntries(services.map((one) => [one.name, one])) };
}

Deno.test("the version is what the tag says, not a digest or the port of a registry", () => {
  const digest = "sha256:2f1c0000000000000000000000000000000000000000000000000000000000aa";
  const version = (image: string): string | undefined =>
    findTraefik(project({ name: "proxy", image }))?.version;
  equal(version("traefik:v2.11.3"), "2.11.3");
  equal(version("registry.example:5000/library/traefik:3.4-alpine"), "3.4");
  equal(version(`traefik:v3.1@${digest}`), "3.1");
  equal(version("traefik:camembert"), "1");
  for (
    const image of [
      "traefik",
      "traefik:latest",
      `traefik@${digest}`,
      `traefik:latest@${digest}`,
      "a:1/traefik",
    ]
  ) {
    equal(version(image), undefined, image);
  }
});

Deno.test("an image of one's own is Traefik by its options or its static file, where no other is by its name", () => {
  const flags: Service = {
    name: "edge",
    image: "registry.example/edge:2",
    command: ["--providers.docker=true"],
  };
  const built: Service = {
    name: "front",
    build: { context: "." },
    volumes: [{ type: "bind", source: "/s/traefik.yml", target: "/etc/traefik/traefik.yml" }],
  };
  const login: Service = {
    name: "login",
    image: "thomseddon/traefik-forward-auth",
    command: ["--providers.oidc.x=y"],
  };
  const found = (...services: readonly Service[]): unknown => {
    const { service, isOwnImage, version } = findTraefik(project(...services)) ?? {};
    return [service, isOwnImage, version];
  };
  deepEqual(found(login, flags), ["edge", true, undefined]);
  deepEqual(found(built), ["front", true, undefined]);
  deepEqual(found(flags, { name: "proxy", image: "traefik:v3.4" }), ["proxy", false, "3.4"]);
  deepEqual(found(login), [undefined, undefined, undefined]);
});

Deno.test("rules for a Traefik of unknown version are read in the syntax in which they can be", async () => {
  const { objects } = await staticSide(`name: shop
services:
  edge:
    image: registry.example/edge:1
    ports: ["80:80"]
    command: ["--entrypoints.web.address=:80", "--providers.docker.exposedbydefault=false"]
  app:
    image: nginx:1.27
    labels:
      traefik.enable: "true"
      traefik.http.routers.app.rule: Host(\`a.example.org\`, \`b.example.org\`)
`);
  const [route] = objects.filter(({ kind }) => kind === "IngressRoute")
    .flatMap(({ spec }) => (spec as { routes: { match: string }[] }).routes);
  equal(route?.match, "Host(`a.example.org`) || Host(`b.example.org`)");
});
