/**
 * An API server that keeps what it is given, as far as a run needs one: what of its answers is replaced is what is
 * tested, and the real one is not asked for that.
 */
import { type Told, told } from "./in_process.ts";

type Fields = Record<string, unknown>;

/** Answers as the API server would; paths of objects to the objects. */
export class SmallServer {
  readonly #objects = new Map<string, Fields>();

  /** What it keeps, for a test to change behind the program's back. */
  get objects(): Map<string, Fields> {
    return this.#objects;
  }

  #version = 0;

  async answer(request: Request): Promise<Response> {
    const { pathname: path, searchParams: query } = new URL(request.url);
    if (request.method !== "GET") {
      // The edge: what the client sends is an object.
      return this.#write(request.method, path, query, await request.json() as Fields);
    }
    if (query.has("watch")) return watch();
    const isKind = /\/(api|apis\/[^/]+)\/[^/]+(\/namespaces\/[^/]+)?\/[a-z]+$/.test(path);
    if (isKind && !/\/namespaces\/[^/]+$/.test(path)) return this.#list(path);
    const object = this.#objects.get(path);
    return object === undefined ? refusal(404, "NotFound", `${path} not found`) : Response.json(object);
  }

  #list(path: string): Response {
    const items = [...this.#objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) =>
      object
    );
    return Response.json({ kind: "List", metadata: { resourceVersion: String(this.#version) }, items });
  }

  #write(method: string, path: string, query: URLSearchParams, body: Fields): Response {
    if (path.endsWith("selfsubjectrulesreviews")) {
      const all = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
      return Response.json({ ...body, status: { incomplete: false, resourceRules: [all] } });
    }
    // The edge: every object has metadata.
    const metadata = body["metadata"] as Fields | undefined;
    if (method === "DELETE") {
      this.#objects.delete(path);
      return Response.json({ kind: "Status", status: "Success" });
    }
    const key = method === "POST" ? `${path}/${metadata?.["name"]}` : path;
    if (method === "POST" && this.#objects.has(key)) return refusal(409, "AlreadyExists", "already exists");
    const replicas = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 };
    const ended = body["kind"] === "Job" ? { conditions: [{ type: "Complete", status: "True" }] } : {};
    const made = {
      ...body,
      metadata: { uid: key, ...metadata, resourceVersion: String(++this.#version) },
      status: { ...replicas, phase: "Bound", ...ended },
    };
    const isNew = !this.#objects.has(key);
    if (query.get("dryRun") !== "All") this.#objects.set(key, made);
    return Response.json(made, { status: isNew ? 201 : 200 });
  }
}

function refusal(code: number, reason: string, message: string): Response {
  return Response.json({ kind: "Status", status: "Failure", reason, message, code }, { status: code });
}

/** Tells nothing until it is left. */
function watch(): Response {
  return new Response(new ReadableStream(), { headers: { "content-type": "application/json" } });
}

/** Runs the command against the API server at that address, with the stack in the folder. */
export async function toldAt(
  directory: string,
  address: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const kubeconfig = {
    "current-context": "main",
    clusters: [{ name: "c", cluster: { server: address } }],
    users: [{ name: "u", user: { token: "TOKEN-OF-THE-USER" } }],
    contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
  };
  const file = `kubeconfig-${new URL(address).port}`;
  await Deno.writeTextFile(`${directory}/${file}`, JSON.stringify(kubeconfig));
  return await told(directory, [...args, "--stack", ".", "--kubeconfig", file], { environment });
}
