/** Makes container images without a registry: a base, a few files, in the archive format of `docker save`. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** One image. What is set here is what a Dockerfile would say. */
export interface Image {
  /** With its tag, as pods name it: `docker.io/harbour/api:1`. */
  readonly name: string;
  /** The tar file of a root file system; busybox with its programs where none is given. */
  readonly base?: string;
  /** One more tar file, with owners and modes as they are in it. */
  readonly layer?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  /** More of its configuration, as the image specification names it: `ExposedPorts`, `StopSignal`. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Text files by absolute path; those in `/bin` and scripts are executable. */
  readonly files?: Readonly<Record<string, string>>;
}

interface Layer {
  /** The file's name in the archive. */
  readonly name: string;
  readonly digest: string;
}

/** The libraries that busybox is linked with. */
const LIBRARIES = [
  ...["libc.so.6", "libresolv.so.2"].map((name) => `/lib/${Deno.build.arch}-linux-gnu/${name}`),
  Deno.build.arch === "aarch64" ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2",
];

/** Everybody that programs on busybox run as. */
const FILES = {
  "/etc/passwd":
    "root:x:0:0:root:/:/bin/sh\nharbour:x:1234:1234::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
  "/etc/nsswitch.conf": "hosts: files dns\n",
  "/etc/group": "root:x:0:\nharbour:x:1234:\nnogroup:x:65534:\n",
};

/**
 * Writes one archive of images to `path`, which `ctr images import` reads: their layers and configurations, as the image
 * specification 1.2 of Docker has it. What several have in common is stored once.
 */
export async function writeImages(images: readonly Image[], busybox: string, path: string): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "images-" });
  try {
    const archive = join(directory, "archive");
    await Deno.mkdir(archive);
    await writeBusybox(busybox, join(directory, "busybox"));
    await tar(join(directory, "busybox"), join(directory, "busybox.tar"));
    const bases = new Map<string, Layer>();
    const manifest: object[] = [];
    for (const [index, image] of images.entries()) {
      const base = image.base ?? join(directory, "busybox.tar");
      const lowest = [base, ...(image.layer === undefined ? [] : [image.layer])];
      for (const file of lowest) {
        if (!bases.has(file)) bases.set(file, await addLayer(archive, file, `base-${bases.size}.tar`));
      }
      const files = join(directory, `files-${index}`);
      await writeFiles(files, image.files ?? {});
      await tar(files, `${files}.tar`);
      const layers = [
        ...lowest.flatMap((file) => bases.get(file) ?? []),
        await addLayer(archive, `${files}.tar`, `files-${index}.tar`),
      ];
      manifest.push(await addImage(archive, image, layers));
    }
    await Deno.writeTextFile(join(archive, "manifest.json"), JSON.stringify(manifest));
    await tar(archive, path, "followed");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Puts a layer into the archive; a link is enough, as nothing is changed any more. */
async function addLayer(archive: string, file: string, name: string): Promise<Layer> {
  await Deno.symlink(file, join(archive, name));
  return { name, digest: await digestOf(file) };
}

async function addImage(archive: string, image: Image, layers: readonly Layer[]): Promise<object> {
  const config = JSON.stringify({
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ...(image.entrypoint === undefined ? {} : { Entrypoint: image.entrypoint }),
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      ...(image.user === undefined ? {} : { User: image.user }),
      ...image.more,
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
  });
  const name = `${createHash("sha256").update(config).digest("hex")}.json`;
  await Deno.writeTextFile(join(archive, name), config);
  return { Config: name, RepoTags: [image.name], Layers: layers.map((layer) => layer.name) };
}

async function writeBusybox(busybox: string, root: string): Promise<void> {
  for (const name of ["bin", "etc", "proc", "sys", "dev", "tmp"]) {
    await Deno.mkdir(join(root, name), { recursive: true });
  }
  await Deno.chmod(join(root, "tmp"), 0o1777);
  await Deno.copyFile(busybox, join(root, "bin/busybox"));
  for (const path of LIBRARIES) {
    await Deno.mkdir(join(root, dirname(path)), { recursive: true });
    await Deno.copyFile(path, join(root, path));
  }
  const { stdout } = await new Deno.Command(busybox, { args: ["--list"] }).output();
  for (const applet of new TextDecoder().decode(stdout).trim().split("\n")) {
    if (applet !== "busybox") await Deno.symlink("busybox", join(root, "bin", applet));
  }
  await writeFiles(root, FILES);
}

async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Deno.mkdir(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text);
    await Deno.chmod(file, /\/s?bin\//.test(path) || text.startsWith("#!") ? 0o755 : 0o644);
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  using input = await Deno.open(file);
  for await (const chunk of input.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** @param links whether links are stored as they are, or as what they point to. */
async function tar(directory: string, file: string, links: "kept" | "followed" = "kept"): Promise<void> {
  const follow = links === "followed" ? ["--dereference"] : [];
  const ownership = ["--numeric-owner", "--owner=0", "--group=0"];
  const args = ["--create", ...follow, ...ownership, "--file", file, "--directory", directory, "."];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot write "${file}": ${new TextDecoder().decode(stderr).trim()}`);
}
