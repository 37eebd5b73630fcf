/** A container that writes to a directory, as compose left it in a real engine, and where it is served. */
import assert from "node:assert/strict";
import { IMAGE } from "./engine.ts";
import type { Harbour } from "./harbour.ts";
import type { Journey } from "./killed_each.ts";

/** Ends in order when it is told to. */
export const ORDERLY = ["sh", "-c", 'trap "exit 0" TERM; while :; do sleep 0.1; done'] as const;
/** Does not. */
export const DEAF = ["sleep", "1000"] as const;

/** Its way to the cluster and back. */
export const STORE: Journey = { service: "store", migrate: ["migrate", "--cross"], hasMoved, isBack };

/** What the record has of it on its way there, one after the other. */
export const STATES = ["prepared", "closing", "closed", "opening", "verified"] as const;

export async function startStore(
  { engine, directory }: Harbour,
  command: readonly string[],
  ...args: readonly string[]
): Promise<void> {
  const networks = await engine.docker("network", "ls", "--quiet", "--filter", "name=harbour_default");
  if (networks === "") await engine.docker("network", "create", "harbour_default");
  await engine.docker(
    ...["run", "--detach", "--name", "harbour-store-1", "--restart", "always"],
    ...["--network", "harbour_default"],
    ...["--label", "com.docker.compose.project=harbour", "--label", "com.docker.compose.service=store"],
    ...["--volume", `${directory}/stack/data/store:/d`, ...args, IMAGE, ...command],
  );
}

/** What the engine says of a container: its state, and what brings it back. */
export async function stateOf({ engine }: Harbour, container: string): Promise<string> {
  const format = "{{.State.Status}} {{.HostConfig.RestartPolicy.Name}}";
  return (await engine.docker("inspect", "--format", format, container)).trim();
}

/** The replicas of every workload of the stack. */
export async function replicas({ cluster }: Harbour): Promise<string> {
  const kinds = ["deployments", "statefulsets"];
  const lists = await Promise.all(
    kinds.map((kind) => cluster.api.request("GET", `/apis/apps/v1/namespaces/${cluster.prefix}/${kind}`)),
  );
  // The edge: lists of workloads.
  const bodies = lists.map(({ body }) =>
    body as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly spec: { readonly replicas: number };
      }[];
    }
  );
  return bodies.flatMap(({ items }) => items.map(({ metadata, spec }) => `${metadata.name}=${spec.replicas}`))
    .join(" ");
}

/** The cluster serves it, and nothing brings its container back. */
export async function hasMoved(harbour: Harbour): Promise<void> {
  assert.equal(await stateOf(harbour, "harbour-store-1"), "exited no");
  assert.match(await replicas(harbour), /store=1/);
}

/** Its container serves it as ever, and the cluster has nothing of it. */
export async function isBack(harbour: Harbour): Promise<void> {
  assert.equal(await stateOf(harbour, "harbour-store-1"), "running always");
  assert.doesNotMatch(await replicas(harbour), /store/);
}
