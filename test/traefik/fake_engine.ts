/** A small server on a unix socket that answers Traefik's docker provider as a Docker Engine would. */

/** What the Engine tells about one container. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `80/tcp` */
  readonly ports: readonly string[];
  /** Network names to addresses. */
  readonly networks: Readonly<Record<string, string>>;
  readonly networkMode?: string;
}

/** Serves the containers until it is disposed of. */
export function serveEngine(socket: string, containers: readonly EngineContainer[]): AsyncDisposable {
  const server = Deno.serve({ path: socket, transport: "unix", onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname.replace(/^\/v1\.\d+/, "");
    const headers = { "API-Version": "1.47", "Content-Type": "application/json" };
    const json = (body: unknown): Response => new Response(JSON.stringify(body), { headers });
    if (path === "/_ping") return new Response("OK", { headers });
    if (path === "/version") return json({ Version: "27.0.0", ApiVersion: "1.47", MinAPIVersion: "1.24" });
    if (path === "/containers/json") {
      return json(containers.map(({ id, name }) => ({ Id: id, Names: [`/${name}`] })));
    }
    const [, id] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
    const container = containers.find((candidate) => candidate.id === id);
    if (container !== undefined) return json(inspected(container));
    return new Response(JSON.stringify({ message: `no such endpoint: ${path}` }), { status: 404, headers });
  });
  return { [Symbol.asyncDispose]: () => server.shutdown() };
}

function inspected(container: EngineContainer): unknown {
  return {
    Id: container.id,
    Name: `/${container.name}`,
    State: { Status: "running", Running: true },
    HostConfig: { NetworkMode: container.networkMode ?? Object.keys(container.networks)[0] ?? "bridge" },
    Config: { Labels: container.labels },
    NetworkSettings: {
      Ports: Object.fromEntries(container.ports.map((port) => [port, null])),
      Networks: Object.fromEntries(
        Object.entries(container.networks).map((
          [name, address],
        ) => [name, { IPAddress: address, NetworkID: name }]),
      ),
    },
  };
}
