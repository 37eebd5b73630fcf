/** `verify` of a port that somebody holds: an engine's answers by a real socket, an API server's by HTTP. */
import { deepEqual, match } from "node:assert/strict";
import { withFiles } from "./in_process.ts";
import { SmallServer, toldAt } from "./small_server.ts";

/** An engine at a socket of the folder, that shows these containers. */
async function startEngine(
  directory: string,
  containers: readonly unknown[],
): Promise<Deno.HttpServer<Deno.UnixAddr>> {
  const { promise: listening, resolve: onListen } = Promise.withResolvers<unknown>();
  const engine = Deno.serve({ path: `${directory}/engine`, onListen }, ({ url }) => {
    const { pathname } = new URL(url);
    const headers = { "api-version": "1.47" };
    if (pathname.endsWith("/_ping")) return new Response("OK", { headers });
    if (pathname.endsWith("/info")) return Response.json({ ID: directory }, { headers });
    if (pathname.endsWith("/containers/json")) return Response.json(containers, { headers });
    return Response.json({ message: "not here" }, { status: 404, headers });
  });
  await listening;
  return engine;
}

/** Which side has the program that holds the port, as the two tell it. */
interface Sides {
  readonly docker: boolean;
  readonly cluster: boolean;
}

/** The exit code, and what is said of the port. */
async function said({ docker, cluster }: Sides): Promise<readonly [number, string, string, string]> {
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = holder.addr;
  const compose = `name: shop
services:
  db: { image: "postgres:15", restart: always, ports: ["127.0.0.1:${port}:5432"] }
`;
  const api = new SmallServer();
  if (cluster) {
    api.objects.set("/api/v1/namespaces/shop/pods/db", {
      metadata: { name: "db", namespace: "shop" },
      spec: { containers: [{ ports: [{ containerPort: 5432, hostPort: port, hostIP: "127.0.0.1" }] }] },
      status: { phase: "Running", hostIP: "10.0.0.7" },
    });
  }
  const containers = [{
    Id: "db",
    Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "db" },
    Ports: [{ IP: "127.0.0.1", PrivatePort: 5432, PublicPort: port, Type: "tcp" }],
  }];
  let answer: readonly [number, string, string, string] | undefined;
  await withFiles({ "compose.yaml": compose }, async (directory) => {
    const engine = await startEngine(directory, docker ? containers : []);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request) => api.answer(request),
    );
    const { code, out, err } = await toldAt(
      directory,
      `http://127.0.0.1:${server.addr.port}`,
      ["verify", "-o", "json"],
      { DOCKER_HOST: `unix://${directory}/engine` },
    );
    await engine.shutdown();
    if (!out.startsWith("{")) throw new Error(out + err);
    const [first] = JSON.parse(out).answers;
    answer = [code, first.verdict, first.old.silence ?? "open", first.new.silence ?? "open"];
  });
  if (answer === undefined) throw new Error("verify has not run");
  return answer;
}

const NOT_DOCKER = "Docker shows no container that publishes it";
const NOT_CLUSTER = "no pod that opens it runs";

Deno.test("verify asks for a published port the side that has it, and not the other by the same address", async () => {
  deepEqual(await said({ docker: true, cluster: false }), [0, "old", "open", NOT_CLUSTER]);
  deepEqual(await said({ docker: false, cluster: true }), [0, "new", NOT_DOCKER, "open"]);
  deepEqual(await said({ docker: false, cluster: false }), [1, "none", NOT_DOCKER, NOT_CLUSTER]);
});

Deno.test("verify says which engine did not say what answers there", () =>
  withFiles(
    { "compose.yaml": "name: shop\nservices:\n  web: { image: 'nginx:1.27' }\n" },
    async (directory) => {
      const api = new SmallServer();
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
        (request) => api.answer(request),
      );
      const told = await toldAt(directory, `http://127.0.0.1:${server.addr.port}`, ["verify"], {
        DOCKER_HOST: `unix://${directory}/engine`,
      });
      match(told.err, /\[run-engine-silent\].*which of its containers answer for the stack/s);
    },
  ));

/** What is said of a route whose Traefik is a container on the machine's own network. */
async function saidOnHost(hasFront: boolean): Promise<readonly [string, string]> {
  await using traefik = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    () => new Response("ahoy"),
  );
  const { port } = traefik.addr;
  const compose = `name: shop
services:
  traefik:
    image: traefik:v3.6
    network_mode: host
    command: ["--entrypoints.side.address=:${port}", "--providers.docker=true"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  site:
    image: nginx:1.27
    labels: { traefik.http.routers.site.rule: Host(\`site.test\`), traefik.http.routers.site.entrypoints: side }
`;
  const api = new SmallServer();
  if (hasFront) {
    api.objects.set("/api/v1/namespaces/kube-system/services/traefik-front", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "traefik-front", namespace: "kube-system" },
      spec: { type: "LoadBalancer", ports: [{ port, protocol: "TCP" }] },
      status: { loadBalancer: { ingress: [{ ip: "10.0.0.7" }] } },
    });
  }
  let answer: readonly [string, string] = ["", ""];
  await withFiles({ "compose.yaml": compose }, async (directory) => {
    const engine = await startEngine(directory, [
      { Id: "t", Image: "traefik:v3.6", HostConfig: { NetworkMode: "host" }, Ports: [] },
    ]);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request) => api.answer(request),
    );
    const { out, err } = await toldAt(
      directory,
      `http://127.0.0.1:${server.addr.port}`,
      ["verify", "-o", "json"],
      { DOCKER_HOST: `unix://${directory}/engine` },
    );
    await engine.shutdown();
    if (!out.startsWith("{")) throw new Error(out + err);
    const [{ question, old }] = JSON.parse(out).answers;
    answer = [question.replace(port, "PORT"), old.silence?.replace(port, "PORT") ?? String(old.status)];
  });
  return answer;
}

Deno.test("verify asks a Traefik on the host's network by the machine's port, until the cluster has that", async () => {
  deepEqual(await saidOnHost(false), ["http://site.test:PORT/", "200"]);
  deepEqual(await saidOnHost(true), [
    "http://site.test:PORT/",
    "the machine's port leads to the cluster, and its Traefik has no address but the machine's",
  ]);
});
