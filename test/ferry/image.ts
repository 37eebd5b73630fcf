/** Makes container images without a registry: busybox and a few files, in the archive format of `docker save`. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** One image. What is set here is what a Dockerfile would say. */
export interface Image {
  /** With its tag, as pods name it: `docker.io/harbour/api:1`. */
  readonly name: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Text files by absolute path; those in `/bin` are executable. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The libraries that busybox is linked with. */
const LIBRARIES = [
  ...["libc.so.6", "libresolv.so.2"].map((name) => `/lib/${Deno.build.arch}-linux-gnu/${name}`),
  Deno.build.arch === "aarch64" ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2",
];

/** Everybody that the images' programs run as. */
const FILES = {
  "/etc/passwd":
    "root:x:0:0:root:/:/bin/sh\nharbour:x:1234:1234::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
  "/etc/nsswitch.conf": "hosts: files dns\n",
  "/etc/group": "root:x:0:\nharbour:x:1234:\nnogroup:x:65534:\n",
};

/**
 * Writes an image archive of `image`, around a `busybox`, to `path`, which `ctr images import` reads: one layer and its configuration, as the image
 * specification 1.2 of Docker has it.
 */
export async function writeImage(image: Image, busybox: string, path: string): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "image-" });
  try {
    await writeRootFileSystem(image, busybox, join(directory, "root"));
    await Deno.mkdir(join(directory, "archive"));
    const layer = join(directory, "archive", "layer.tar");
    await tar(join(directory, "root"), layer);
    const config = JSON.stringify(configuration(image, digest(await Deno.readFile(layer))));
    const configName = `${digest(new TextEncoder().encode(config))}.json`;
    const manifest = [{ Config: configName, RepoTags: [image.name], Layers: ["layer.tar"] }];
    await Deno.writeTextFile(join(directory, "archive", configName), config);
    await Deno.writeTextFile(join(directory, "archive", "manifest.json"), JSON.stringify(manifest));
    await tar(join(directory, "archive"), path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function writeRootFileSystem(image: Image, busybox: string, root: string): Promise<void> {
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
  for (const [path, text] of Object.entries({ ...FILES, ...image.files })) {
    const file = join(root, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.remove(file).catch(() => {});
    await Deno.writeTextFile(file, text);
    await Deno.chmod(file, path.startsWith("/bin/") ? 0o755 : 0o644);
  }
}

function configuration(image: Image, layer: string): object {
  const environment = { PATH: "/bin", ...image.environment };
  return {
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ...(image.entrypoint === undefined ? {} : { Entrypoint: image.entrypoint }),
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      ...(image.user === undefined ? {} : { User: image.user }),
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
  };
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function tar(directory: string, file: string): Promise<void> {
  const args = [
    "--create",
    "--numeric-owner",
    "--owner=0",
    "--group=0",
    "--file",
    file,
    "--directory",
    directory,
    ".",
  ];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot write "${file}": ${new TextDecoder().decode(stderr).trim()}`);
}
