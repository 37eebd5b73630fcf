/**
 * Stand-ins that do what an operator would miss: each holds its service's ports and says on them who it is, and writes a
 * line a second into each of its data directories, alone there.
 */
import { join } from "node:path";
import { knownImage } from "../../lib/stack/known_images.ts";
import { archive } from "../ferry/archive.ts";
import type { Image } from "../ferry/image.ts";
import {
  fullName,
  type PrintedProject,
  type PrintedService,
  STAND_IN_FILES,
  TASK,
} from "../ferry/stand_ins.ts";

/** A file that whoever finds somebody else on a directory leaves there. */
export const TWO_AT_ONCE = ".two-at-once";

/** What a service's stand-in writes into each of its data directories. */
export function journalOf(service: string): string {
  return `journal-of-${service}`;
}

/** Told to migrate, it ends, as a server's own job does that prepares its tables. */
const SERVER = `#!/bin/sh
case "$*" in *migrate*) exit 0 ;; esac
[ -e /stand-in/deaf ] || trap 'exit 0' TERM
for port in $(cat /stand-in/ports); do httpd -p $port -h /answers; done
while read -r service directory; do keeper "$service" "$directory" & done < /stand-in/directories
tail -f /dev/null &
wait
`;

/** The lock is the kernel's, so that it holds for containers and pods alike, and goes with who has it, however that ends. */
const KEEPER = `#!/bin/sh
cd "$2" || exit 1
exec 9>> ".lock-of-$1"
flock -n 9 || echo "$1 on $(hostname)" >> ${TWO_AT_ONCE}
side=docker
[ -z "\${KUBERNETES_SERVICE_HOST:-}" ] || side=cluster
number=0
while :; do
  number=$((number + 1))
  echo "$side $number" >> "journal-of-$1"
  sleep 1
done
`;

/** What is not to be read from the files. */
export interface Keeping {
  /** Whether a directory of the machine is data. */
  readonly keeps: (source: string) => boolean;
  /** Services whose program does not hear that it is to end, as many that are the first of their container. */
  readonly deaf: ReadonlySet<string>;
  /** Ports that the images of services expose, where these are not known to many. */
  readonly exposed: Readonly<Record<string, readonly number[]>>;
}

/**
 * One image for each that the project names, as the real one says what it exposes.
 *
 * @param directory where a layer of them is made; it has to stay until the images are written
 */
export async function keepingImages(
  directory: string,
  project: PrintedProject,
  keeping: Keeping,
): Promise<readonly Image[]> {
  // Debian's busybox has no lock; this program needs the library alone that busybox has, too.
  const layer = await archive(directory, "lock", async (root) => {
    await Deno.mkdir(join(root, "usr/bin"), { recursive: true });
    await Deno.copyFile("/usr/bin/flock", join(root, "usr/bin/flock"));
  });
  const images = new Map<string, Image>();
  for (const [name, service] of Object.entries(project.services)) {
    if (service.image === undefined) continue;
    const full = fullName(service.image);
    if (images.has(full)) throw new Error(`Two services have the image "${full}", and each needs its own`);
    images.set(full, { ...imageOf(full, name, service, keeping), layer });
  }
  return [...images.values()];
}

function imageOf(
  full: string,
  name: string,
  service: PrintedService,
  { keeps, deaf, exposed }: Keeping,
): Image {
  const isTask = service.restart === "no";
  const exposes = exposed[name] ?? knownImage(service.image ?? "")?.exposedPorts ?? [];
  const ports = portsOf(service, exposes);
  const directories = writtenBy(service, keeps).map(({ target }) => `${name} ${target}\n`).join("");
  return {
    name: full,
    entrypoint: ["/bin/stand-in"],
    files: {
      ...STAND_IN_FILES,
      "/answers/index.html": `${name}\n`,
      "/bin/stand-in": isTask ? TASK : SERVER,
      "/bin/keeper": KEEPER,
      "/stand-in/ports": `${ports.join("\n")}\n`,
      "/stand-in/directories": directories,
      ...(deaf.has(name) ? { "/stand-in/deaf": "" } : {}),
    },
    more: { ExposedPorts: Object.fromEntries(exposes.map((port) => [`${port}/tcp`, {}])) },
  };
}

/** Those that the files name, Traefik's label, and what the image exposes. */
function portsOf(service: PrintedService, exposes: readonly number[]): readonly number[] {
  if (service.network_mode === "host") return [];
  const { ports = [], expose = [], labels = {} } = service;
  const labelled = Object.entries(labels).filter(([label]) => /\.loadbalancer\.server\.port$/i.test(label));
  const all = [
    ...ports.map(({ target }) => target),
    ...[...expose, ...labelled.map(([, port]) => port)].map(Number),
  ];
  return [...new Set([...all, ...exposes])];
}

/** Directories of the machine that it writes to, and where it has them. */
export function writtenBy(
  { volumes = [] }: PrintedService,
  keeps: (source: string) => boolean,
): readonly { readonly source: string; readonly target: string }[] {
  return volumes.flatMap(({ type, source = "", target, read_only: isReadOnly }) =>
    type === "bind" && isReadOnly !== true && keeps(source) ? [{ source, target }] : []
  );
}
