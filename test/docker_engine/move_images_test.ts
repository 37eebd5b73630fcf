/** Images move from a real Docker Engine to the containerd of a real node, while the engine serves. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { type Image, writeImages } from "../ferry/image.ts";
import type { Output } from "../ferry/namespaces.ts";
import { type RealNode, startNode } from "../ferry/node.ts";
import { fetchBusybox, installPackages, whyNoRealNode } from "../ferry/requirements.ts";
import { until } from "../guard/berth.ts";
import { ENGINE_PACKAGES, engineEnvironment, type RealEngine, startEngine } from "../guard/engine.ts";
import { finding } from "./harbour.ts";
import type { BrokenBy } from "./broken_off.ts";

const why = await whyNoRealNode();

/** In the order in which they are moved. */
const [SITE, STORE] = ["shop/site:1", "shop/store:1"] as const;

const COMPOSE = `name: shop
services:
  site: { image: "${SITE}", stop_grace_period: 1s }
  store: { image: "${STORE}", stop_grace_period: 1s }
`;

const DECISIONS = "namespace: shop\nstorageId: main-01\ndefaultMigration: applications\n";

/** More than a connection keeps on its way, and less than the smallest archive. */
const BYTES = 1_000_000;

/** What the tests work with. */
interface Shop {
  readonly node: RealNode;
  readonly engine: RealEngine;
  readonly stack: string;
}

/** An image that a node has. */
interface Stored {
  readonly name: string;
  /** The digest of its manifest. */
  readonly digest: string;
  /** The digest of its configuration, by which this engine knows it. */
  readonly id: string;
  readonly isPinned: boolean;
}

Deno.test({
  name: `images come from an engine to a real node, whole and once${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    await installPackages(report, ENGINE_PACKAGES);
    await using node = await startNode([], report);
    const shop = await openShop(node);
    await t.step("where there is too little room nothing of an image is written", () => tooLittle(shop));
    for (const by of ["cut", "kill"] as const) {
      await t.step(`an archive that is broken off (${by}) leaves no image`, () => brokenOff(shop, by));
    }
    await t.step("the next one sends only what is not there, and it is the same", () => resumed(shop));
    await t.step("a second time is nothing to do", () => nothingToDo(shop));
    await t.step("pods run the very image, and one that was built anew is kept by a run", () => kept(shop));
    await t.step("images replaces it by the engine's", () => replaced(shop));
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function openShop(node: RealNode): Promise<Shop> {
  const stack = join(node.directory, "shop");
  await Deno.mkdir(stack);
  await Deno.writeTextFile(join(stack, "docker-compose.yml"), COMPOSE);
  await Deno.writeTextFile(join(stack, "decisions.yaml"), DECISIONS);
  const shop = { node, engine: await startEngine(node), stack };
  await build(shop, SITE, "first");
  await build(shop, STORE, "first");
  return shop;
}

/** Gives the engine an image of that name, whatever it had before. */
async function build({ node, engine }: Shop, reference: string, content: string): Promise<void> {
  const image: Image = {
    name: `docker.io/${reference}`,
    entrypoint: ["/bin/tail", "-f", "/dev/null"],
    files: { "/content": content },
  };
  const archive = join(node.directory, "built.tar");
  await writeImages([image], await fetchBusybox(cacheDirectory(Deno.env.toObject())), archive);
  await engine.docker("load", "--quiet", "--input", archive);
}

/** Runs a command of the tool as an operator would. @param before what it is run by. */
async function ferry(
  { node, stack }: Shop,
  [command = "", ...args]: readonly string[],
  before: readonly string[] = [],
): Promise<Output> {
  return await node.run([
    ...[...before, Deno.execPath(), "run", "--no-prompt", "-A", "main.ts", command, "--stack", stack],
    ...["--kubeconfig", node.kubeconfigPath, "--yes", ...args],
  ], engineEnvironment(node));
}

/** What the node's containerd has of the shop, asked by its own program. */
async function stored({ node }: Shop): Promise<readonly Stored[]> {
  const ctr = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await node.run(["ctr", "--namespace", "k8s.io", ...args]);
    equal(code, 0, stderr);
    return stdout;
  };
  const lines = (await ctr("images", "ls")).split("\n").filter((line) => line.startsWith("docker.io/shop/"));
  return await Promise.all(lines.map(async (line) => {
    const [name = "", , digest = ""] = line.split(/\s+/);
    // The edge: a manifest as the image specification has it.
    const manifest = JSON.parse(await ctr("content", "get", digest)) as {
      readonly config: { readonly digest: string };
    };
    return {
      name,
      digest,
      id: manifest.config.digest,
      isPinned: line.includes("io.cri-containerd.pinned=pinned"),
    };
  }));
}

/** By name. */
async function idInEngine({ engine }: Shop, reference: string): Promise<string> {
  return (await engine.docker("image", "inspect", "--format", "{{.Id}}", reference)).trim();
}

async function tooLittle(shop: Shop): Promise<void> {
  const resize = async (size: string): Promise<void> => {
    const { code, stderr } = await shop.node.run([
      ...["mount", "-o", `remount,size=${size}`, "tmpfs", "/var/lib/containerd"],
    ]);
    equal(code, 0, stderr);
  };
  const used = await shop.node.run(["df", "--output=used", "-B1", "/var/lib/containerd"]);
  await resize(`${Number(used.stdout.split("\n")[1]) + BYTES}`);
  const refused = await ferry(shop, ["images"]);
  await resize("50%");
  equal(refused.code, 1, refused.stdout + refused.stderr);
  match(said(refused, "run-image-no-room"), /"shop\/site:1" needs about .*nothing of it was written/);
  deepEqual(await stored(shop), []);
}

/** The first one arrives, the second one does not. */
async function brokenOff(shop: Shop, by: BrokenBy): Promise<void> {
  const script = join(import.meta.dirname ?? "", "broken_off.ts");
  const before = [Deno.execPath(), "run", "-A", script, STORE, `${BYTES}`, by];
  const broken = await ferry(shop, ["images"], before);
  notEqual(broken.code, 0, broken.stdout + broken.stderr);
  if (by === "cut") {
    match(said(broken, "run-image-failed"), /"shop\/store:1" could not be read from the engine/);
  } else match(broken.stderr, /Image shop\/store:1: .* to the node\n$/, "it was killed in the middle");
  deepEqual((await stored(shop)).map(({ name }) => name), ["docker.io/shop/site:1"]);
}

async function resumed(shop: Shop): Promise<void> {
  const { code, stdout, stderr } = await ferry(shop, ["images", "-o", "json"]);
  equal(code, 0, stderr);
  deepEqual(started(stdout), [STORE]);
  const images = await stored(shop);
  equal(images.length, 2);
  for (const { name, id, isPinned } of images) {
    equal(id, await idInEngine(shop, name));
    ok(isPinned, `${name} could be collected`);
  }
}

async function nothingToDo(shop: Shop): Promise<void> {
  const before = await stored(shop);
  const again = await ferry(shop, ["images"]);
  equal(again.code, 0, again.stderr);
  match(again.stderr, /Nothing is to be moved/);
  deepEqual(await stored(shop), before);
}

async function kept(shop: Shop): Promise<void> {
  const before = await idInEngine(shop, SITE);
  await build(shop, SITE, "second");
  notEqual(await idInEngine(shop, SITE), before);
  const moved = await ferry(shop, ["migrate"]);
  equal(moved.code, 0, moved.stdout + moved.stderr);
  match(said(moved, "run-image-differs"), /The node has another image "shop\/site:1" than the engine/);
  equal(await idOnNode(shop, SITE), before);
  await until("the pod runs", async () => (await imageOfPod(shop)).endsWith(before));
}

async function replaced(shop: Shop): Promise<void> {
  const { code, stdout, stderr } = await ferry(shop, ["images", "-o", "json"]);
  equal(code, 0, stderr);
  deepEqual(started(stdout), [SITE]);
  const now = await idInEngine(shop, SITE);
  equal(await idOnNode(shop, SITE), now);
  await shop.node.kubectl("-n", "shop", "rollout", "restart", "deployment/site");
  await until("the pod runs the new one", async () => (await imageOfPod(shop)).endsWith(now));
}

async function idOnNode(shop: Shop, reference: string): Promise<string | undefined> {
  return (await stored(shop)).find(({ name }) => name.endsWith(`/${reference}`))?.id;
}

/** As the kubelet tells it of the one pod of the site. */
async function imageOfPod({ node }: Shop): Promise<string> {
  return await node.kubectl(
    ...["-n", "shop", "get", "pods", "-l", "app.kubernetes.io/name=site"],
    ...["-o", "jsonpath={.items[*].status.containerStatuses[0].imageID}"],
  );
}

/** The images whose move was begun, by the events of a run. */
function started(lines: string): readonly string[] {
  // The edge: what the program prints.
  const events = lines.trim().split("\n").map((line) =>
    JSON.parse(line) as { readonly type: string; readonly image: string }
  );
  return events.filter(({ type }) => type === "image-started").map(({ image }) => image);
}

function said({ stdout, stderr, code }: Output, which: string): string {
  return finding({ out: stdout, err: stderr, code }, which);
}
