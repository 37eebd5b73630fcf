/** A bind-mounted configuration file or directory as ConfigMap and Secret. */
import type { BindSource, Permissions } from "../../../compose/bind_source.ts";
import type { Mount, Path } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { relativePath } from "../../stack/relative_path.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { label, shortHash } from "../../stack/names.ts";
import { unexpanded } from "../unexpanded.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import { itemMode, mayGiveOwner, needsOwner, ownedCopy, ownedWords, readable } from "./owned_files.ts";
import type { Json } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { secretDigests } from "./reloaded.ts";

/** A configuration mount with what was decided about it. */
export interface ConfigurationMount {
  readonly mount: Mount;
  readonly path: Path;
  /** The host's path. */
  readonly source: string;
  readonly role: { readonly source: BindSource };
  readonly decision: StorageDecision | undefined;
  readonly helperImage: string;
}

interface Entry extends Permissions {
  readonly name: string;
  readonly content: Uint8Array;
}

interface Part {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly digest: string;
  readonly items: readonly { key: string; path: string; mode: number }[];
}

/**
 * A file is mounted by subPath under the key that the object really has; a directory is mounted whole, without
 * subPath, so that the kubelet brings later changes into the running container, as a bind mount would.
 */
export function configurationVolume(
  state: ConversionState,
  subject: DecidedService,
  mounted: ConfigurationMount,
): Mounted {
  const { mount, source, role, decision } = mounted;
  const span = state.context.project.span(mounted.path);
  const entries = entriesOf(role.source, source);
  const isReloaded = decision?.hotReload === true;
  const needsCopy = decision?.writable === true ||
    (role.source.kind !== "file" && holdsOtherMounts(subject, mount.target));
  // What is copied anyway is copied as root; and changes that are to come through reach no copy.
  const isOwned = !isReloaded && entries.some(needsOwner) &&
    (needsCopy || mayGiveOwner(state.context, subject, mount.target, mounted.path));
  const parts = partsOf(state, subject, { source, role, entries, isOwned }, span);
  const name = volumeName("config", relativePath(state.context.project, source));
  const file = role.source.kind === "file" ? baseName(source) : undefined;
  const digests = isReloaded
    ? secretDigests(
      state,
      entries.map((entry) => ({ ...entry, path: pathOf(entry, role.source, source) })),
    )
    : parts.map((part) => part.digest);
  const volume = { name, ...volumeSource(parts) };
  if (needsCopy) return writableCopy(mounted, volume, { file, digests, entries });
  if (mount.read_only !== true && span !== undefined) {
    state.writable.push({ service: subject.service.name, target: mount.target, span });
  }
  if (isOwned) {
    return ownedCopy({
      volume,
      files: entries.map((entry) => ({ ...entry, path: entry.name })),
      folder: role.source.kind === "directory" ? role.source.permissions : undefined,
      target: mount.target,
      file,
      digests,
      helperImage: mounted.helperImage,
      isSecret: parts.some(({ kind }) => kind === "Secret"),
    });
  }
  return {
    volume,
    mount: {
      name,
      mountPath: mount.target,
      ...(file === undefined ? {} : { subPath: file }),
      readOnly: true,
    },
    digests,
  };
}

function entriesOf(source: BindSource, path: string): Entry[] {
  if (source.kind === "file") {
    const { content = new Uint8Array(), mode, uid, gid } = source;
    return [{ name: baseName(path), content, ...permissions({ mode, uid, gid }) }];
  }
  if (source.kind !== "directory") return [];
  return [...source.files].sort(([left], [right]) => left < right ? -1 : 1).map(([name, entry]) => ({
    name,
    content: entry.content ?? new Uint8Array(),
    ...permissions(entry),
  }));
}

function permissions(
  { mode, uid, gid }: { mode: number; uid?: number | undefined; gid?: number | undefined },
): Permissions {
  return { mode, ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

/** The host's path of an entry of the mounted file or directory. */
function pathOf(entry: Entry, { kind }: BindSource, source: string): string {
  const root = source.replace(/\/+$/, "");
  return kind === "file" ? root : `${root}/${entry.name}`;
}

function partsOf(
  state: ConversionState,
  subject: DecidedService,
  { source, role, entries, isOwned }: Pick<ConfigurationMount, "source" | "role"> & {
    readonly entries: readonly Entry[];
    readonly isOwned: boolean;
  },
  span: Span | undefined,
): Part[] {
  const { context, secrets, notes, objects } = state;
  const groups = { ConfigMap: [] as Entry[], Secret: [] as Entry[] };
  for (const entry of entries) {
    const path = pathOf(entry, role.source, source);
    const why = secrets.ofFile(path, entry.content);
    if (why !== undefined && !notes.some((note) => note.what === relativePath(context.project, path))) {
      notes.push({ what: relativePath(context.project, path), why, ...(span === undefined ? {} : { span }) });
    }
    groups[why === undefined ? "ConfigMap" : "Secret"].push(entry);
  }
  return (["ConfigMap", "Secret"] as const).flatMap((kind) => {
    const group = groups[kind];
    if (group.length === 0) return [];
    const keys = keysOf(group.map((entry) => entry.name));
    const data = new Map(group.map((entry, index) => [keys[index] ?? entry.name, entry.content]));
    const added = objects.add(
      {
        kind,
        name: objectName(context.project, source),
        data,
        ...(span === undefined ? {} : { source: span }),
      },
      subject.service.name,
    );
    const items = group.map((entry, index) => ({
      key: keys[index] ?? entry.name,
      path: entry.name,
      mode: entry.uid === undefined || (!isOwned && needsOwner(entry)) ? readable(entry) : itemMode(entry),
    }));
    return [{ kind, name: added.name, digest: added.digest, items }];
  });
}

/** Keys allow `[-._a-zA-Z0-9]`; a path below a directory is written with dots, told apart where that is not enough. */
function keysOf(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^-._a-zA-Z0-9]+/g, ".").slice(0, 240);
    const key = seen.has(plain) || plain === "." || plain.startsWith("..")
      ? `${shortHash(name)}.${plain}`
      : plain;
    seen.add(key);
    return key;
  });
}

/** From the path below the project, without the folder that holds all configuration: `faf-db-mysqld.cnf`. */
function objectName(project: ConversionState["context"]["project"], source: string): string {
  const relative = relativePath(project, source.replace(/\/+$/, ""));
  const parts = relative.split("/").filter((part) => part !== "");
  const telling = parts.length > 1 && /^(conf|config|configs|etc)$/.test(parts[0] ?? "")
    ? parts.slice(1)
    : parts;
  return telling.join("-");
}

function volumeSource(parts: readonly Part[]): Json {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) {
    return only.kind === "ConfigMap"
      ? { configMap: { name: only.name, items: only.items } }
      : { secret: { secretName: only.name, items: only.items } };
  }
  return {
    projected: {
      sources: parts.map((part) =>
        part.kind === "ConfigMap"
          ? { configMap: { name: part.name, items: part.items } }
          : { secret: { name: part.name, items: part.items } }
      ),
    },
  };
}

/** Something is mounted inside it: the runtime has to make the place for that, which it cannot in a ConfigMap. */
function holdsOtherMounts({ service }: DecidedService, target: string): boolean {
  const inside = `${target.replace(/\/+$/, "")}/`;
  const targets = [
    ...(service.volumes ?? []).map((mount) => mount.target),
    ...(service.tmpfs ?? []).map((text) => text.split(":")[0] ?? ""),
    ...[...(service.configs ?? []), ...(service.secrets ?? [])].map((reference) => reference.target ?? ""),
  ];
  return targets.some((other) => other.startsWith(inside));
}

/** Its arguments are a path, an owner and a mode for each file. */
const KEEP_SCRIPT =
  'while [ $# -gt 2 ]; do chown "$2" "/to/$1" && chmod "$3" "/to/$1" || exit 1; shift 3; done';

/** An init container copies the files to a directory of the pod, where the program may write them. */
function writableCopy(
  mounted: ConfigurationMount,
  volume: Json & { name: string },
  { file, digests, entries }: {
    readonly file: string | undefined;
    readonly digests: readonly string[];
    readonly entries: readonly Entry[];
  },
): Mounted {
  const { mount, helperImage } = mounted;
  const copy = volumeName("copy", mount.target);
  const from = "/from";
  // What others may not read, such as a key, stays so.
  const kept = entries.filter(({ mode }) => (mode & 0o004) === 0)
    .flatMap((entry) => ownedWords({ ...entry, path: entry.name }));
  const init = {
    name: label(`copy-${mount.target}`),
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    // The kubelet's own "..data" links stay behind.
    command: [
      "sh",
      "-c",
      `cd ${from} && for f in * .[!.]*; do [ ! -e "$f" ] || cp -rL "$f" /to/; done && chmod -R a+rwX /to` +
      (kept.length === 0 ? "" : ` && ${KEEP_SCRIPT}`),
      ...(kept.length === 0 ? [] : ["copy", ...kept]),
    ].map(unexpanded),
    volumeMounts: [{ name: volume.name, mountPath: from, readOnly: true }, { name: copy, mountPath: "/to" }],
  };
  return {
    volume: { name: copy, emptyDir: {} },
    extraVolumes: [volume],
    mount: { name: copy, mountPath: mount.target, ...(file === undefined ? {} : { subPath: file }) },
    digests,
    init,
  };
}

function baseName(path: string): string {
  const plain = path.replace(/\/+$/, "");
  return plain.slice(plain.lastIndexOf("/") + 1);
}
