/** The images of the node that this machine is: containerd's, in the namespace that the kubelet uses, asked by `ctr`. */
import { field, items, record } from "../values/json.ts";

/** A containerd that answers. */
export interface ContainerStore {
  /** `k3s` or `containerd`. */
  readonly title: "k3s" | "containerd";
  /** The program and its flags, the namespace included. */
  readonly command: readonly string[];
  /** The folder that contents lie in. */
  readonly root: string;
}

/** An image as the store has it. */
export interface StoredImage {
  /** With registry and tag: `docker.io/library/web:1`. */
  readonly name: string;
  /** The digest of its manifest, or of the index of several. */
  readonly digest: string;
  /** The kubelet does not collect it when the disk fills. */
  readonly isPinned: boolean;
}

/** The store cannot be asked, or refused what it was asked for. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** The label by which containerd's CRI tells the kubelet that an image is not to be collected. */
export const PINNED = "io.cri-containerd.pinned=pinned";
const K3S_SOCKET = "/run/k3s/containerd/containerd.sock";
const SOCKET = "/run/containerd/containerd.sock";
const SETTLE_MS = 200;
const NAMESPACE = ["--namespace", "k8s.io"] as const;

/**
 * k3s's own containerd, else the machine's, or the one that `CONTAINERD_ADDRESS` names.
 *
 * @throws StoreError where there is none, or this user may not ask it
 */
export async function openStore(environment: Readonly<Record<string, string>>): Promise<ContainerStore> {
  const named = environment["CONTAINERD_ADDRESS"] ?? "";
  const isK3s = named === "" ? await isThere(K3S_SOCKET) : named === K3S_SOCKET;
  const address = named !== "" ? named : isK3s ? K3S_SOCKET : SOCKET;
  if (!await isThere(address)) throw new StoreError(`there is no containerd at ${address}`);
  const flags = ["--address", address, ...NAMESPACE];
  const programs = isK3s ? [["k3s", "ctr"], ["/usr/local/bin/k3s", "ctr"], ["ctr"]] : [["ctr"]];
  let trouble = "";
  for (const program of programs) {
    const command = [...program, ...flags];
    try {
      await refuseAnother([...program, "--address", address], address);
      const plugins = await run([...command, "plugins", "ls", "--detailed", "id==content"]);
      return { title: isK3s ? "k3s" : "containerd", command, root: contentRoot(plugins) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      trouble = error.message;
    }
  }
  throw new StoreError(trouble);
}

/** Docker has a containerd of its own, in which no kubelet looks. */
async function refuseAnother(command: readonly string[], address: string): Promise<void> {
  const names = await run([...command, "namespaces", "ls", "--quiet"]);
  if (names.split("\n").some((name) => name.trim() === NAMESPACE[1])) return;
  throw new StoreError(
    `the one at ${address} is not the kubelet's, as it has no namespace "${
      NAMESPACE[1]
    }"; CONTAINERD_ADDRESS names another`,
  );
}

/** Of the plugin that keeps contents: what it exports as `root`. */
function contentRoot(plugins: string): string {
  const [, after = ""] = plugins.split(/^Type:\s+io\.containerd\.content\.v1$/m);
  return /^\s+root\s+(\/\S.*?)\s*$/m.exec(after)?.[1] ?? "/var/lib/containerd";
}

/** Every image that has a name. @throws StoreError */
export async function listImages({ command }: ContainerStore): Promise<readonly StoredImage[]> {
  const text = await run([...command, "images", "ls"]);
  return text.split("\n").flatMap((line): StoredImage[] => {
    const [, name, digest] = /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s/.exec(line) ?? [];
    return name === undefined || digest === undefined || name.startsWith("sha256:")
      ? []
      : [{ name, digest, isPinned: line.includes(PINNED) }];
  });
}

/**
 * The digests that an engine may know the image by: its manifest's or index's, and its configuration's for this
 * machine (OCI image specification). @throws StoreError where a content is not there
 */
export async function digestsOf(
  { command }: ContainerStore,
  { digest }: StoredImage,
): Promise<readonly string[]> {
  const read = async (of: string): Promise<unknown> =>
    JSON.parse(await run([...command, "content", "get", of]));
  let content = await read(digest);
  const found = [digest];
  const manifests = items(field(content, "manifests"));
  if (manifests.length > 0) {
    const own = manifests.find((one) =>
      record(field(one, "platform"))?.["architecture"] === architecture()
    ) ??
      manifests[0];
    const inner = String(field(own, "digest"));
    found.push(inner);
    content = await read(inner);
  }
  const configuration = field(field(content, "config"), "digest");
  return [...found, ...typeof configuration === "string" ? [configuration] : []];
}

/** As Go names it. */
function architecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}

/**
 * Reads archives of images as they come. What is broken off leaves no image: a name is made when all of it is there.
 *
 * @param sent told after each part, with its bytes
 * @throws StoreError with what the store says, what breaks the archive off, the signal's reason where it is aborted
 */
export async function* importArchive(
  { command }: ContainerStore,
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<number> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args: [...args, "images", "import", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    signal,
  }).spawn();
  const said = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  let broken: unknown;
  try {
    for await (const part of archive) {
      // A store that has ended says itself why.
      if (!await input.write(part).then(() => true, () => false)) break;
      yield part.length;
    }
  } catch (error) {
    broken = error;
  }
  // Half an archive must not look like a whole one.
  await (broken === undefined ? input.close() : input.abort()).catch(() => {});
  const { success } = await child.status;
  const words = reason(await said);
  signal.throwIfAborted();
  // Of half an archive the store only says that it ends too early.
  if (broken !== undefined) throw broken;
  if (!success) throw new StoreError(words);
}

/**
 * The kubelet collects what no pod uses when the disk fills, and nobody could pull it again. A containerd before 1.7 may
 * write its own label over it while it learns of a new image, so it is looked at afterwards.
 *
 * @throws StoreError
 */
export async function pinImage(store: ContainerStore, name: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await run([...store.command, "images", "label", name, PINNED]);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    if ((await listImages(store)).some((image) => image.name === name && image.isPinned)) return;
  }
}

async function run([program = "", ...args]: readonly string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      signal: AbortSignal.timeout(30_000),
    })
      .output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new StoreError(`there is no program "${program}"`);
    throw new StoreError(error instanceof Error ? error.message : String(error));
  }
  const decoder = new TextDecoder();
  if (!output.success) throw new StoreError(reason(decoder.decode(output.stderr)));
  return decoder.decode(output.stdout);
}

/** The last line says why; those before it warn of other things. */
function reason(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^ctr: /, "").trim()).filter((line) =>
    line !== ""
  );
  return lines.at(-1) ?? "it gives no reason";
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
