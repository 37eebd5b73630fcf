/** An engine in memory: lists by label and inspects, lets paused containers go on as the real one does. */
import { type Engine, EngineError } from "../../lib/docker/engine.ts";

/** What it has. Answers are in the shape of the Engine's own API (v1.47). */
export interface Contents {
  readonly containers?: readonly SmallContainer[];
  readonly networks?: readonly { readonly name: string; readonly labels?: Labels }[];
  readonly volumes?: readonly { readonly name: string; readonly labels?: Labels }[];
}

type Labels = Readonly<Record<string, string>>;

/** Its name is its id. */
export interface SmallContainer {
  readonly name: string;
  readonly labels?: Labels;
  readonly networks?: readonly string[];
  readonly state?: Readonly<Record<string, unknown>>;
  isPaused?: boolean;
  /** Whether it stays paused, whoever asks. */
  readonly isStuck?: boolean;
}

export function smallEngine({ containers = [], networks = [], volumes = [] }: Contents): Engine {
  const named = (all: readonly { readonly name: string; readonly labels?: Labels }[], path: string) =>
    all.filter(({ labels = {} }) => hasLabel(labels, path)).map(({ name, labels }) => ({
      Name: name,
      Labels: labels ?? null,
    }));
  const answer = (path: string): unknown => {
    if (path.startsWith("/networks")) return named(networks, path);
    if (path.startsWith("/volumes?")) return { Volumes: named(volumes, path) };
    if (path.startsWith("/containers/json")) {
      return containers.filter(({ labels = {} }) => hasLabel(labels, path)).map((one) => ({
        Id: one.name,
        Names: [`/${one.name}`],
        State: one.isPaused === true ? "paused" : one.state?.["Status"] ?? "running",
        Labels: one.labels ?? {},
        NetworkSettings: { Networks: Object.fromEntries((one.networks ?? []).map((name) => [name, {}])) },
      }));
    }
    const [, id] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
    const found = containers.find(({ name }) => name === id);
    if (found === undefined) return undefined;
    return {
      Id: id,
      Name: `/${id}`,
      State: { Status: "running", ...found.state, Paused: found.isPaused === true },
    };
  };
  return {
    endpoint: { host: "unix:///engine", origin: "test", isInForce: true },
    json: (path) => Promise.resolve(answer(path)),
    bytes: () => Promise.resolve(undefined),
    change: (_, path) => {
      const [, id] = /^\/containers\/([^/]+)\/unpause$/.exec(path) ?? [];
      const found = containers.find(({ name }) => name === id);
      if (found === undefined) return Promise.reject(new EngineError("no such container", undefined, 404));
      if (found.isPaused !== true || found.isStuck === true) {
        return Promise.reject(new EngineError(`Container ${id} cannot go on`, undefined, 500));
      }
      found.isPaused = false;
      return Promise.resolve(undefined);
    },
    [Symbol.dispose]: () => {},
  };
}

/** The same behind a socket, until it is disposed of. */
export function serveSmallEngine(path: string, contents: Contents): Deno.HttpServer {
  const engine = smallEngine(contents);
  const headers = { "API-Version": "1.47" };
  return Deno.serve({ path, transport: "unix", onListen: () => {} }, async ({ method, url }) => {
    const { pathname, search } = new URL(url);
    const asked = `${pathname.replace(/^\/v[\d.]+/, "")}${search}`;
    if (method !== "GET") {
      await engine.change("POST", asked);
      return new Response(null, { status: 204, headers });
    }
    if (asked === "/_ping") return new Response("OK", { headers });
    if (asked === "/info") return Response.json({ ID: path }, { headers });
    const answer = await engine.json(asked);
    return answer === undefined
      ? Response.json({ message: "not found" }, { status: 404, headers })
      : Response.json(answer, { headers });
  });
}

function hasLabel(labels: Labels, path: string): boolean {
  // The edge: the one filter that is asked for.
  const filters = JSON.parse(new URL(path, "http://engine").searchParams.get("filters") ?? "{}") as {
    label?: readonly string[];
  };
  return (filters.label ?? []).every((label) => {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/.exec(label) ?? [];
    return labels[key] === value;
  });
}
