/** Ports of the node move when the cluster answers what Docker answers, and go back where that does not come. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ApiError } from "../../lib/cluster/api_error.ts";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { LiveSets } from "../../lib/cluster/live_sets.ts";
import type { KubeObject } from "../../lib/kube/object.ts";
import { type FrontOptions, moveFront } from "../../lib/run/front.ts";
import type { Side } from "../../lib/run/verify/verify.ts";
import { makeCertificate } from "../traefik/certificate.ts";

const FRONT: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "traefik-front", namespace: "kube-system" },
};
const QUESTION = {
  kind: "route",
  isSecure: false,
  entryPoint: "web",
  publicPort: 80,
  host: "shop.test",
  path: "/",
} as const;

/** A site; undefined is nobody. */
function side(server: Deno.HttpServer<Deno.NetAddr> | undefined): () => Promise<Side> {
  const place = server === undefined
    ? { silence: "nobody is there" }
    : { hostname: "127.0.0.1", port: server.addr.port };
  return () => Promise.resolve({ route: () => place, port: () => undefined });
}

function site(text: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response(text));
}

async function secureSite(subject: string): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const directory = await Deno.makeTempDir();
  await makeCertificate(directory, ["shop.test"], 2, subject);
  const [cert = "", key = ""] = await Promise.all(
    ["certificate.pem", "key.pem"].map((name) => Deno.readTextFile(join(directory, name))),
  );
  await Deno.remove(directory, { recursive: true });
  const options = { port: 0, hostname: "127.0.0.1", cert, key, onListen: () => {} };
  return Deno.serve(options, () => new Response("shop"));
}

/** Longer than any machine is busy: what is to come is waited for. */
const PATIENT_MS = 120_000;
/** Asked once: what does not come is not waited for. */
const AT_ONCE = { patienceMs: 0 } as const;

/** Moves it, and gives what was written and said, in order. */
async function moved(
  sides: Pick<FrontOptions, "docker" | "inside" | "outside">,
  question: FrontOptions["questions"][number] = QUESTION,
  { there, patienceMs = PATIENT_MS }: { readonly there?: KubeObject; readonly patienceMs?: number } = {},
): Promise<{ readonly log: readonly string[]; readonly codes: readonly string[] }> {
  const log: string[] = [];
  let live = there;
  const client = {
    get: () => Promise.resolve(live),
    apply: (object: KubeObject) => {
      live = { ...object, metadata: { ...object.metadata, uid: "u1" } };
      log.push("apply");
      return Promise.resolve({ object: live, created: true });
    },
    delete: () => {
      live = undefined;
      log.push("delete");
      return Promise.resolve();
    },
    connection: { server: "https://127.0.0.1" },
  };
  const { signal } = new AbortController();
  const context = {
    client: client as unknown as ClusterClient,
    owner: "shop",
    key: new Uint8Array(32),
    epoch: 1,
    guard: () => Promise.resolve(),
    sets: new LiveSets(client as unknown as ClusterClient, signal),
    push: (
      event: { readonly type: string; readonly state?: string; readonly diagnostic?: { code: string } },
    ) => {
      if (event.type === "front") log.push(`${event.state}`);
      if (event.type === "waiting") log.push("waiting");
      if (event.type === "warning") log.push(`${event.diagnostic?.code}`);
    },
    signal,
    lasting: signal,
    live: new Map(),
    force: false,
    redo: undefined,
    doneJobs: new Set(),
    secrets: [],
    started: new Map(),
    // The edge: a run as far as the front reads it.
  } as unknown as Parameters<typeof moveFront>[2];
  const front = { isFront: () => true, questions: [question], patienceMs, ...sides };
  const problems = await moveFront([{ object: FRONT }], "120", context, [], front);
  return { log, codes: problems.map(({ code }) => code) };
}

Deno.test("moveFront(): the cluster answers as Docker does, before and by the node's ports", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  const sides = { docker: side(docker), inside: side(cluster), outside: side(cluster) };
  assert.deepEqual(await moved(sides), { log: ["asked", "apply", "moved"], codes: [] });
});

Deno.test("moveFront(): what Docker answers and the cluster does not keeps the front where it is", async () => {
  await using docker = site("shop");
  const sides = { docker: side(docker), inside: side(undefined), outside: side(undefined) };
  assert.deepEqual(await moved(sides, QUESTION, AT_ONCE), { log: ["asked"], codes: ["run-front-not-ready"] });
});

Deno.test("moveFront(): what nobody answered before is no loss", async () => {
  const sides = { docker: side(undefined), inside: side(undefined), outside: side(undefined) };
  assert.deepEqual(await moved(sides), { log: ["asked", "apply", "moved"], codes: [] });
});

Deno.test("moveFront(): another answer is said, and moves", async () => {
  await using docker = site("shop");
  await using cluster = site("new shop");
  const sides = { docker: side(docker), inside: side(cluster), outside: side(cluster) };
  assert.deepEqual(await moved(sides), {
    log: ["asked", "run-front-differs", "apply", "moved"],
    codes: [],
  });
});

Deno.test("moveFront(): it goes back where the node's ports do not lead to the cluster", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  const sides = { docker: side(docker), inside: side(cluster), outside: side(undefined) };
  assert.deepEqual(await moved(sides, QUESTION, AT_ONCE), {
    log: ["asked", "apply", "delete", "back"],
    codes: ["run-front-went-back"],
  });
});

Deno.test("moveFront(): what was there before this run is not taken away", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  const sides = { docker: side(docker), inside: side(cluster), outside: side(undefined) };
  const there = { ...FRONT, metadata: { ...FRONT.metadata, uid: "u0" } };
  const { log, codes } = await moved(sides, QUESTION, { ...AT_ONCE, there });
  assert.deepEqual(log.slice(-1), ["unproved"]);
  assert.ok(!log.includes("delete"));
  assert.deepEqual(codes, ["run-front-unproved"]);
});

Deno.test("moveFront(): it does not go back to nobody", async () => {
  await using cluster = site("shop");
  const sides = { docker: side(undefined), inside: side(cluster), outside: side(undefined) };
  assert.deepEqual(await moved(sides, QUESTION, AT_ONCE), {
    log: ["asked", "apply", "unproved"],
    codes: ["run-front-unproved"],
  });
});

Deno.test("moveFront(): an API server that does not say who answers is asked again, and then it goes back", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  const refused = (): Promise<never> =>
    Promise.reject(new ApiError(500, "InternalError", "etcd is away", []));
  let asked = 0;
  const once = (): Promise<Side> => ++asked < 2 ? refused() : side(cluster)();
  const both = { docker: side(docker), inside: side(cluster) };
  assert.deepEqual(await moved({ ...both, outside: once }), { log: ["asked", "apply", "moved"], codes: [] });
  assert.deepEqual(await moved({ ...both, outside: refused }, QUESTION, AT_ONCE), {
    log: ["asked", "apply", "delete", "back"],
    codes: ["run-front-went-back"],
  });
});

Deno.test({
  name: "moveFront(): a host for which the cluster has no certificate keeps the front where it is",
  ignore: !await Deno.stat("/usr/bin/openssl").then(() => true, () => false),
  fn: async () => {
    await using docker = await secureSite("shop.test");
    await using cluster = await secureSite("TRAEFIK DEFAULT CERT");
    await using renewed = await secureSite("shop.test");
    const question = { ...QUESTION, isSecure: true, entryPoint: "websecure", publicPort: 443 };
    const ask = (inside: typeof docker, patience = {}): ReturnType<typeof moved> =>
      moved({ docker: side(docker), inside: side(inside), outside: side(inside) }, question, patience);
    assert.deepEqual(await ask(cluster, AT_ONCE), { log: ["asked"], codes: ["run-front-not-ready"] });
    assert.deepEqual((await ask(renewed)).log, ["asked", "run-front-differs", "apply", "moved"]);
    assert.deepEqual((await ask(docker)).log, ["asked", "apply", "moved"]);
  },
});

Deno.test("moveFront(): the node's ports are waited for", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  let asked = 0;
  const outside = (): Promise<Side> => side(++asked < 2 ? undefined : cluster)();
  const { log } = await moved({ docker: side(docker), inside: side(cluster), outside });
  assert.deepEqual(log, ["asked", "apply", "moved"]);
});

Deno.test("moveFront(): routes that were just applied are waited for", async () => {
  await using docker = site("shop");
  await using cluster = site("shop");
  let asked = 0;
  const inside = (): Promise<Side> => side(++asked < 3 ? undefined : cluster)();
  const { log, codes } = await moved({ docker: side(docker), inside, outside: side(cluster) });
  assert.deepEqual({ log, codes }, { log: ["waiting", "asked", "apply", "moved"], codes: [] });
});
