/** The images of the six shapes: what is in them matters where a volume begins with it. */
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { buildGo } from "../engine/build_go.ts";
import type { Image } from "./image.ts";
import { FILLING, WAITING } from "./images.ts";
import { archive } from "./archive.ts";
import { fetchBusybox } from "./requirements.ts";

/** One entry of an image's file system. */
interface Entry {
  readonly owner: number;
  readonly mode: number;
  /** Absent of a directory. */
  readonly text?: string;
}

/** Listens on ports of which no compose file knows. */
const LOOSE = `#!/bin/sh
for port in 5151 5152; do
  mkdir -p /tmp/$port
  echo $port > /tmp/$port/port
done
httpd -p 5151 -h /tmp/5151
exec httpd -f -p 5152 -h /tmp/5152
`;

/** What an image has where a volume is mounted, in the order in which it is made. */
const CONTENT: Readonly<Record<string, Entry>> = {
  "content": { owner: 1234, mode: 0o750 },
  "content/closed.txt": { owner: 1234, mode: 0o640, text: "closed\n" },
  "content/open.txt": { owner: 0, mode: 0o604, text: "open\n" },
  "content/.hidden": { owner: 0, mode: 0o644, text: "hidden\n" },
  "content/deep": { owner: 65534, mode: 0o705 },
  "content/deep/page.txt": { owner: 65534, mode: 0o444, text: "deep\n" },
  "content-too": { owner: 1234, mode: 0o750 },
  "content-too/never.txt": { owner: 1234, mode: 0o644, text: "never\n" },
};

/** All that the six stacks need, and the program with which their ports are asked. */
export interface Shapes {
  readonly images: readonly Image[];
  /** The program's path. */
  readonly asker: string;
}

/** @param directory where archives are made; they have to stay until the images are written. */
export async function shapesImages(directory: string): Promise<Shapes> {
  const env = Deno.env.toObject();
  const asker = await buildGo(join(import.meta.dirname ?? ".", "server"), env);
  const busybox = await fetchBusybox(cacheDirectory(env), "busybox-static");
  const layer = await archive(directory, "content", async (root) => {
    for (const [name, { owner, mode, text }] of Object.entries(CONTENT)) {
      const path = join(root, name);
      await (text === undefined ? Deno.mkdir(path) : Deno.writeTextFile(path, text));
      await Deno.chown(path, owner, owner);
      await Deno.chmod(path, mode);
    }
    await Deno.symlink("deep/page.txt", join(root, "content/link"));
  });
  const bare = await archive(directory, "bare", (root) => Deno.copyFile(asker, join(root, "server")));
  const filling = await archive(directory, "filling", async (root) => {
    await Deno.mkdir(join(root, "bin"));
    await Deno.copyFile(busybox, join(root, "bin/busybox"));
    for (const name of ["cp", "sh"]) await Deno.symlink("busybox", join(root, "bin", name));
  });
  const server = { base: bare, entrypoint: ["/server"] };
  return {
    asker,
    images: [
      { name: "docker.io/crossing/tool:1", command: ["sh"] },
      { name: "docker.io/shapes/site:1", layer, command: ["httpd", "-f", "-p", "8080", "-h", "/content"] },
      { name: "docker.io/shapes/plain:1", layer, ...server },
      { name: "docker.io/shapes/server:1", ...server },
      { name: "docker.io/shapes/loose:1", entrypoint: ["/bin/loose"], files: { "/bin/loose": LOOSE } },
      { name: "docker.io/library/redis:7.4", more: { Volumes: { "/data": {} } }, command: ["sh"] },
      WAITING,
      { ...FILLING, base: filling },
    ],
  };
}
