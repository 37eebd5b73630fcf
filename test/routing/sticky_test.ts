/** A cookie that keeps a client to one of several servers, each behind a Service of its own. */
import { deepEqual } from "node:assert/strict";
import { staticSide } from "./static_side.ts";

Deno.test("a cookie over several servers is one of the whole, and of pods where there are several", async () => {
  const { objects, said } = await staticSide(`name: shop
services:
  traefik:
    image: traefik:v3.4
    ports: ["80:80"]
    command: ["--entrypoints.web.address=:80", "--providers.docker.exposedbydefault=false"]
  one: { image: "nginx:1.27", labels: &labels {
    traefik.enable: "true",
    traefik.http.routers.app.rule: "Host(\`a.example.org\`)",
    traefik.http.services.app.loadbalancer.server.port: "80",
    traefik.http.services.app.loadbalancer.sticky.cookie.name: kept } }
  two: { image: "nginx:1.27", labels: *labels, deploy: { replicas: 3 } }
`);
  const spec = (kind: string): unknown => objects.find((each) => each.kind === kind)?.["spec"];
  const service = (name: string): unknown => ({
    name,
    port: 80,
    scheme: "http",
    passHostHeader: true,
    weight: 1,
  });
  deepEqual(spec("TraefikService"), {
    weighted: {
      services: [
        service("one"),
        { ...service("two") as object, sticky: { cookie: { name: "kept-pod", path: "/" } } },
      ],
      sticky: { cookie: { name: "kept", path: "/" } },
    },
  });
  const { routes: [route] } = spec("IngressRoute") as { routes: { services: unknown }[] };
  deepEqual(route?.services, [{ kind: "TraefikService", name: "app" }]);
  deepEqual(said("traefik-sticky-lost"), []);
});
