/** Directories that end with their pod: in memory, or empty. */
import { at } from "../../stack/context.ts";
import { type Mounted, type TemporaryRights, volumeName } from "./mounted.ts";
import type { Json, Subject, Workshop } from "./parts.ts";
import { byteQuantity, bytes } from "./units.ts";

/** Docker's own: open to all, who do not remove each other's files. */
const OPEN_TO_ALL: TemporaryRights = { mode: "1777", owner: "0:0" };

/** An empty directory of the pod, gone with it. */
export function emptyDirectory(target: string): Mounted {
  const name = volumeName("empty", target);
  return { volume: { name, emptyDir: {} }, mount: { name, mountPath: target }, digests: [] };
}

/** An entry of `tmpfs`: `/run:size=64m,mode=1777,uid=1000`. */
export function temporary(text: string): Mounted {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const option = (name: string): string | undefined =>
    colon < 0 ? undefined : new RegExp(`(?:^|,)${name}=([^,]+)`).exec(text.slice(colon + 1))?.[1];
  return memory(target, option("size"), {
    mode: option("mode")?.replace(/^0(?=\d)/, "") ?? OPEN_TO_ALL.mode,
    owner: `${option("uid") ?? 0}:${option("gid") ?? 0}`,
  });
}

/** `shm_size`. */
export function sharedMemory(size: string | undefined): Mounted[] {
  return size === undefined ? [] : [memory("/dev/shm", size)];
}

/** A directory in memory; `size` as compose writes it. */
export function memory(
  target: string,
  size: string | undefined,
  rights: TemporaryRights = OPEN_TO_ALL,
): Mounted {
  const name = volumeName("tmpfs", target);
  const limit = bytes(size);
  return {
    volume: {
      name,
      emptyDir: { medium: "Memory", ...(limit === undefined ? {} : { sizeLimit: byteQuantity(limit) }) },
    },
    mount: { name, mountPath: target },
    digests: [],
    rights,
  };
}

/** The rights of a mount in its long form, whose mode is a number. */
export function rightsOf(mode: unknown): TemporaryRights {
  return typeof mode === "number" ? { ...OPEN_TO_ALL, mode: (mode & 0o7777).toString(8) } : OPEN_TO_ALL;
}

const FOLDER = "/temporary";
/** Its arguments are a mode, an owner and a folder for each. */
const SCRIPT = 'while [ $# -gt 2 ]; do chmod "$1" "$3" && chown "$2" "$3" || exit 1; shift 3; done';

/**
 * Gives directories in memory the rights that they have in Docker: the kubelet makes them open to all and without the
 * sticky bit, and some programs refuse such a /tmp.
 */
export function temporaryRights(
  workshop: Workshop,
  subject: Subject,
  mounted: readonly Mounted[],
  helperImage: string,
): Json[] {
  const all = mounted.flatMap(({ rights, mount }) => rights === undefined ? [] : [{ rights, mount }]);
  if (all.length === 0) return [];
  if (workshop.context.decisions.podSecurity === "restricted") {
    reportOpen(workshop, subject, all.map(({ mount }) => mount.mountPath));
    return [];
  }
  const words = all.flatMap(({ rights: { mode, owner } }, index) => [mode, owner, `${FOLDER}/${index}`]);
  return [{
    name: "temporary-rights",
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", SCRIPT, "rights", ...words],
    securityContext: {
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["CHOWN", "FOWNER"] },
    },
    volumeMounts: all.map(({ mount: { name } }, index) => ({ name, mountPath: `${FOLDER}/${index}` })),
  }];
}

function reportOpen({ context }: Workshop, { service }: Subject, paths: readonly string[]): void {
  context.report({
    code: "kube-temporary-open",
    severity: "warning",
    message: `Directories in memory of service "${service.name}" are open to all (0777): ${
      paths.join(", ")
    }; other rights need root, which Pod Security "restricted" refuses`,
    ...at(context.project, ["services", service.name]),
    hint: "Nothing in most cases; a program that insists on the sticky bit needs podSecurity: baseline",
  });
}
