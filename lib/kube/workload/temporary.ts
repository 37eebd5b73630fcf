/** Directories that end with their pod: in memory, or empty. */
import type { Mount } from "../../../compose/project.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import type { Json } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";
import { at, type Context } from "../../stack/context.ts";
import { byteQuantity, bytes } from "./units.ts";

/** An empty directory of the pod, gone with it. */
export function emptyDirectory(target: string): Mounted {
  const name = volumeName("empty", target);
  return { volume: { name, emptyDir: {} }, mount: { name, mountPath: target }, digests: [] };
}

/** An entry of `tmpfs`: `/run:size=64m,mode=1777,uid=1000`. */
export function temporary(text: string): Mounted {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const options = (colon < 0 ? "" : text.slice(colon + 1)).split(",");
  return withOptions(target, options, "its mode behind the path, as in tmpfs: [/PATH:mode=0755]");
}

/** A named volume of type `tmpfs`, with the options of its `o`. */
export function temporaryVolume(key: string, target: string, options: readonly string[]): Mounted {
  return withOptions(target, options, `mode=0755 in driver_opts of volume "${key}", as in o: "mode=0755"`);
}

function withOptions(target: string, written: readonly string[], saidBy: string): Mounted {
  const options = new Map(written.map((option): [string, string] => {
    const [key = "", value = ""] = option.split("=");
    return [key, value];
  }));
  const [uid, gid] = (["uid", "gid"] as const).map((key) => /^\d+$/.exec(options.get(key) ?? "")?.[0]);
  return {
    ...memory(target, options.get("size")),
    permissions: {
      ...modeOf(target, /^0*?([0-7]{1,4})$/.exec(options.get("mode") ?? "")?.[1], saidBy),
      ...(uid === undefined && gid === undefined ? {} : { owner: `${uid ?? 0}:${gid ?? 0}` }),
    },
  };
}

/** A mount of type `tmpfs`. */
export function temporaryMount({ target, tmpfs }: Mount): Mounted {
  const mode = tmpfs?.mode === undefined ? undefined : Number(tmpfs.mode).toString(8);
  const saidBy = "tmpfs: { mode: 0755 } in its mount";
  return { ...memory(target, tmpfs?.size), permissions: modeOf(target, mode, saidBy) };
}

/** Directories that images of every distribution have, with the mode that their packages of base files give them. */
const OF_IMAGES: ReadonlyMap<string, string> = new Map([
  ...[
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/run",
    "/srv",
    "/usr/local",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/run",
  ]
    .map((path): [string, string] => [path, "755"]),
  ...["/tmp", "/var/tmp", "/dev/shm"].map((path): [string, string] => [path, "1777"]),
]);

/**
 * runc keeps the mode of the image's directory. Where the image has none it is open to all, and nobody removes what is
 * another's: programs refuse a `/tmp` without that.
 */
function modeOf(
  target: string,
  written: string | undefined,
  saidBy: string,
): NonNullable<Mounted["permissions"]> {
  const mode = written ?? OF_IMAGES.get(target.replace(/(?<=.)\/+$/, ""));
  return mode === undefined ? { mode: "1777", saidBy } : { mode };
}

/**
 * Gives directories in memory the modes and owners that they had, before anything starts: an `emptyDir` is open to all,
 * without the sticky bit.
 */
export function permissionsContainer(
  context: Context,
  { service }: DecidedService,
  mounted: readonly Mounted[],
  helperImage: string,
): Json[] {
  const all = mounted.flatMap(({ permissions, mount: { name } }) =>
    permissions === undefined ? [] : [{ ...permissions, name }]
  ).map((one, index) => ({ ...one, path: `/compose-ferry/memory/${index}` }));
  if (all.length === 0) return [];
  if (context.decisions.podSecurity === "restricted") {
    context.report({
      code: "kube-memory-mode",
      severity: "warning",
      message:
        `In-memory directories of service "${service.name}" are open to all, without the mode that they had: ` +
        'that needs root, which Pod Security "restricted" refuses',
      ...at(context.project, ["services", service.name]),
      hint: "Set fsGroup for the program's user where that matters",
    });
    return [];
  }
  reportAssumed(context, service, mounted);
  const commands = all.flatMap(({ owner, mode, path }) => [
    ...(owner === undefined ? [] : [`chown ${owner} ${path}`]),
    `chmod ${mode} ${path}`,
  ]);
  return [{
    name: "memory-modes",
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", commands.join(" && ")],
    securityContext: { runAsUser: 0, runAsGroup: 0 },
    volumeMounts: all.map(({ name, path }) => ({ name, mountPath: path })),
  }];
}

/** What the image has there nobody tells. */
function reportAssumed(
  context: Context,
  { name, tmpfs }: DecidedService["service"],
  mounted: readonly Mounted[],
): void {
  const assumed = mounted.flatMap(({ permissions, mount }) =>
    permissions?.saidBy === undefined ? [] : [{ path: `"${mount.mountPath}"`, saidBy: permissions.saidBy }]
  );
  if (assumed.length === 0) return;
  context.report({
    code: "kube-memory-mode",
    severity: "info",
    message: `Open to all in memory of service "${name}": ${
      assumed.map(({ path }) => path).join(", ")
    }; in Docker a directory that the image has keeps its mode`,
    ...at(context.project, ["services", name, ...(tmpfs === undefined ? [] : ["tmpfs"])]),
    hint: `Where the image has it otherwise: ${[...new Set(assumed.map(({ saidBy }) => saidBy))].join("; ")}`,
  });
}

/** `shm_size`. */
export function sharedMemory(size: string | undefined): Mounted[] {
  return size === undefined ? [] : [memory("/dev/shm", size)];
}

/** A directory in memory; `size` as compose writes it. */
function memory(target: string, size: string | undefined): Mounted {
  const name = volumeName("tmpfs", target);
  const limit = bytes(size);
  return {
    volume: {
      name,
      emptyDir: { medium: "Memory", ...(limit === undefined ? {} : { sizeLimit: byteQuantity(limit) }) },
    },
    mount: { name, mountPath: target },
    digests: [],
  };
}
