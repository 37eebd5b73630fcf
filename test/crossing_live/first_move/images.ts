/** What images of the stacks that are moved have in common: Debian with real servers, and programs that answer by HTTP. */
import { join } from "node:path";
import { archive } from "../../ferry/archive.ts";
import { debianRoot } from "../../ferry/debian.ts";
import type { Image } from "../../ferry/image.ts";
import { fetchBusybox } from "../../ferry/requirements.ts";
import { SERVER_PACKAGES, serverImages } from "../../ferry/servers.ts";
import { cacheDirectory } from "../../../lib/embedded_cluster/cache.ts";

/** What programs of a stand-in call that Debian's minimal system lacks. */
const APPLETS = ["httpd", "wget"];

/** The file systems that images are made on. */
export interface Bases {
  /** Debian's, with the servers and their clients. */
  readonly debian: string;
  /** One more layer with a few programs of busybox. */
  readonly applets: string;
  /** For layers of one's own; they have to stay until the images are written. */
  readonly directory: string;
}

export async function makeBases(directory: string, report: (line: string) => void): Promise<Bases> {
  const cache = cacheDirectory(Deno.env.toObject());
  const debian = await debianRoot(SERVER_PACKAGES, cache, report);
  return { debian, applets: await archive(directory, "applets", putApplets), directory };
}

/** Into the folder of a layer. */
export async function putApplets(root: string): Promise<void> {
  const busybox = await fetchBusybox(cacheDirectory(Deno.env.toObject()), "busybox-static");
  const bin = join(root, "usr/local/bin");
  await Deno.mkdir(bin, { recursive: true });
  await Deno.copyFile(busybox, join(bin, "busybox"));
  for (const name of APPLETS) await Deno.symlink("busybox", join(bin, name));
}

/** One of the real servers under the name that a stack gives it. */
export function serverAs(name: string, server: "mariadb" | "rabbitmq", { debian, applets }: Bases): Image {
  const found = serverImages(debian).find((image) => image.name.includes(`/${server}:`));
  if (found === undefined) throw new Error(`There is no image of ${server}`);
  return { ...found, name: `docker.io/library/${name}`, layer: applets };
}

/** Text files of an image, by their absolute path. */
export type Files = Readonly<Record<string, string>>;

/** A program that starts as a script, on busybox alone; `more` may give it another base. */
export function program(
  name: string,
  start: string,
  files: Files = {},
  more: Partial<Image> = {},
): Image {
  return {
    name: `docker.io/${name}`,
    entrypoint: ["/usr/local/bin/start"],
    files: { "/usr/local/bin/start": start, ...files },
    ...more,
  };
}

/** The base of a program that calls clients of the servers. */
export function onDebian({ debian, applets }: Bases): Pick<Image, "base" | "layer"> {
  return { base: debian, layer: applets };
}

/** Serves a folder on ports until it is told to end. A folder without an index is answered by `cgi-bin/index.cgi`. */
export function serving(folder: string, ...ports: readonly string[]): string {
  const servers = ports.map((port) => `httpd -p ${port} -h ${folder} || exit 1\n`).join("");
  return `#!/bin/sh\n${servers}${STAY}`;
}

/** The first process of a container gets no signal that it has not asked for. */
export const STAY = `trap 'exit 0' TERM
tail -f /dev/null &
wait
`;

/** A page that is made anew at each request. */
export function page(commands: string): string {
  return `#!/bin/sh\nprintf 'content-type: text/plain\\r\\n\\r\\n'\n${commands}\n`;
}
