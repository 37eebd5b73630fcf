/**
 * Runs a command of the tool and kills it when it writes a state of a cutover, or cuts it off from the API server: run
 * inside a node's namespaces. It stands between the tool and the API server to see when that is.
 */
import { join } from "node:path";
import { findCluster } from "../../lib/cluster/kubeconfig.ts";
import { type Harm, startProxy } from "../faults/proxy.ts";

/**
 * When it is killed: before the state is recorded, right after, or while what follows it is done. `unplugged`: it goes on,
 * and no request of it arrives any more once the state is recorded.
 */
export type Moment = "before" | "after" | "during" | "unplugged";

const DURING_MS = 400;

/** @param wanted a state as the record has it; `gone` where the entry is taken away */
async function run(kubeconfig: string, service: string, wanted: string, moment: Moment): Promise<void> {
  const upstream = await findCluster({ kubeconfig, env: () => undefined });
  if (upstream === undefined) throw new Error(`There is no cluster in ${kubeconfig}`);
  const children: Deno.ChildProcess[] = [];
  let [last, isKilled, isUnplugged] = ["none", false, false];
  const kill = (): void => {
    isKilled = true;
    for (const child of children) child.kill("SIGKILL");
  };
  const harm: Harm = async ({ commit, pass }) => {
    if (moment === "before") return kill();
    const answer = await commit();
    if (moment === "after") return kill();
    await pass(answer);
    if (moment === "unplugged") isUnplugged = true;
    else setTimeout(kill, DURING_MS);
  };
  const cut: Harm = ({ response }) => Promise.resolve(void response.destroy());
  await using proxy = await closing(startProxy(upstream, ({ method, path, body }) => {
    if (isUnplugged) return cut;
    if (isKilled || method === "GET" || !path.includes("/configmaps")) return undefined;
    const state = stateIn(body, service);
    if (state === undefined || state === last) return undefined;
    last = state;
    return state === wanted ? harm : undefined;
  }));
  const through = `${kubeconfig}-${crypto.randomUUID().slice(0, 8)}`;
  await Deno.writeTextFile(through, kubeconfigFor(proxy.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "-A",
      join(import.meta.dirname ?? "", "../../main.ts"),
      ...Deno.args.slice(4),
      "--kubeconfig",
      through,
    ],
  }).spawn();
  children.push(child);
  const { signal, code } = await child.status;
  await Deno.remove(through);
  if (isUnplugged ? code === 0 : signal !== "SIGKILL") {
    throw new Error(`It was never disturbed: state "${wanted}" was not written`);
  }
}

async function closing<T extends { close(): Promise<void> }>(
  opened: Promise<T>,
): Promise<T & AsyncDisposable> {
  const value = await opened;
  return { ...value, [Symbol.asyncDispose]: () => value.close() };
}

/** The state that a written record has of the service; undefined where it is no record. */
function stateIn(body: string, service: string): string | undefined {
  const object = JSON.parse(body) as {
    readonly metadata?: { readonly name?: string };
    readonly data?: { readonly cutovers?: string };
  };
  if (object.metadata?.name !== "migration-state") return undefined;
  const cutovers = JSON.parse(object.data?.cutovers ?? "{}") as Record<string, { readonly state: string }>;
  return cutovers[service]?.state ?? "gone";
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "node", cluster: { server } }],
    users: [{ name: "node", user: {} }],
    contexts: [{ name: "node", context: { cluster: "node", user: "node" } }],
    "current-context": "node",
  });
}

if (import.meta.main) {
  const [kubeconfig = "", service = "", wanted = "", moment = "before"] = Deno.args;
  // The edge: an argument of the test beside this file.
  await run(kubeconfig, service, wanted, moment as Moment);
}
