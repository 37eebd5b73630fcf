/** Images of the probe in the outer forms that real ones have. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import type { Image } from "../ferry/image.ts";
import { FILLING } from "../ferry/images.ts";
import { fetchBusybox } from "../ferry/requirements.ts";
import { fullName } from "../ferry/stand_ins.ts";

const USERS = {
  "etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\nharbour:x:1234:1234::/srv:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
  "etc/group": "root:x:0:\nharbour:x:1234:\ncrew:x:4321:harbour\nnogroup:x:65534:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
};

/** What lies where an image declares a volume. */
const VOLUME = "var/lib/full";

/** The archive of the one file system that all have: the probe, as its own shell, and a directory of the image's data. */
export async function writeProbeRoot(probe: string, directory: string): Promise<string> {
  const root = join(directory, "probe-root");
  for (const name of ["bin", "etc", "proc", "sys", "dev", "tmp", "srv", "root", "run", "var/lib", VOLUME]) {
    await Deno.mkdir(join(root, name), { recursive: true });
  }
  await Deno.copyFile(probe, join(root, "probe"));
  await Deno.chmod(join(root, "probe"), 0o755);
  await Deno.symlink("../probe", join(root, "bin/sh"));
  for (const [name, text] of Object.entries(USERS)) await Deno.writeTextFile(join(root, name), text);
  await Deno.writeTextFile(join(root, VOLUME, "from-the-image"), "ahoy\n");
  await Deno.chmod(join(root, VOLUME), 0o750);
  for (const path of [join(root, VOLUME), join(root, VOLUME, "from-the-image")]) {
    await Deno.chown(path, 1234, 1234);
  }
  await Deno.chmod(join(root, "tmp"), 0o1777);
  return await archiveOf(root);
}

async function archiveOf(root: string): Promise<string> {
  const archive = `${root}.tar`;
  const args = ["--create", "--numeric-owner", "--file", archive, "--directory", root, "."];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(`Cannot write "${archive}": ${new TextDecoder().decode(stderr).trim()}`);
  return archive;
}

/** What fills volumes from images: a program that needs no libraries of theirs, as the official image of musl has it. */
export async function fillingImage(directory: string): Promise<Image> {
  const busybox = await fetchBusybox(cacheDirectory(Deno.env.toObject()), "busybox-static");
  const root = join(directory, "busybox-root");
  await Deno.mkdir(join(root, "bin"), { recursive: true });
  await Deno.copyFile(busybox, join(root, "bin/busybox"));
  for (const name of ["sh", "cp"]) await Deno.symlink("busybox", join(root, "bin", name));
  return { ...FILLING, base: await archiveOf(root) };
}

/** The forms that cases name, below `probe/`. */
export function formImages(base: string): readonly Image[] {
  const form = (name: string, image: Omit<Image, "name" | "base">): Image => ({
    name: `docker.io/probe/${name}:1`,
    base,
    ...image,
  });
  return [
    form("plain", { entrypoint: ["/probe"], command: ["from", "the image"] }),
    form("command", { command: ["/probe", "serve"] }),
    form("full", {
      entrypoint: ["/probe", "start"],
      command: ["--all"],
      user: "1234:1234",
      more: {
        WorkingDir: "/srv",
        Env: ["PATH=/usr/bin:/bin", "FROM_IMAGE=kept", "OVERRIDDEN=image"],
        ExposedPorts: { "8080/tcp": {}, "5353/udp": {} },
        Volumes: { [`/${VOLUME}`]: {} },
        StopSignal: "SIGQUIT",
        Healthcheck: { Test: ["CMD", "/probe", "healthy", "by the image"], Interval: 1_000_000_000 },
      },
    }),
    form("named", { entrypoint: ["/probe"], user: "harbour" }),
    form("ends", { entrypoint: ["/probe"], files: { "/etc/probe.json": '{"exit":0}' } }),
    form("fails", { entrypoint: ["/probe"], files: { "/etc/probe.json": '{"exit":1}' } }),
  ];
}

/** An image that an unknown stack names. */
export interface StandIn {
  readonly name: string;
  /** Arguments with which its program ends by itself, after the program's name. */
  readonly ends: readonly (readonly string[])[];
  /** Users that the stack names in it. */
  readonly users?: readonly string[];
  /** Programs that the stack calls in it: by their path, or by their name alone. */
  readonly programs: readonly string[];
}

const FIRST_ID = 2000;

/** An unknown image with the probe as what it starts, and as every program that it has to have. */
export function standInImage(base: string, { name, ends, programs, users = [] }: StandIn): Image {
  const known = USERS["etc/passwd"].split("\n").map((line) => line.split(":")[0]);
  const more = [...new Set(users)].filter((user) => !known.includes(user));
  const lines = (rest: (id: number) => string): string =>
    more.map((user, index) => `${user}:x:${FIRST_ID + index}:${rest(FIRST_ID + index)}\n`).join("");
  const paths = programs.map((program) => program.startsWith("/") ? program : `/bin/${program}`)
    .filter((path) => path !== "/bin/sh" && path !== "/probe");
  return {
    name: fullName(name),
    base,
    entrypoint: ["/probe"],
    files: {
      ...Object.fromEntries(paths.map((path) => [path, "#!/bin/sh\n"])),
      ...(more.length > 0
        ? {
          "/etc/passwd": USERS["etc/passwd"] + lines((id) => `${id}::/:/bin/sh`),
          "/etc/group": USERS["etc/group"] + lines(() => ""),
        }
        : {}),
      ...(ends.length > 0 ? { "/etc/probe.json": JSON.stringify({ exit: 0, with: ends }) } : {}),
    },
  };
}
