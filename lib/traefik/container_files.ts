/**
 * The files of Traefik's container, as far as they are at hand: of its bind mounts, of named volumes that can be read, and
 * of compose's configs and secrets, each of which is one more mount (compose specification, "configs").
 */
import type { BindSource, BindSources, VolumeSources } from "../../compose/bind_source.ts";
import { cleanPath } from "../../compose/files/paths.ts";
import type { Mount } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { NamedText, PlaceOf } from "./named_text.ts";

/** A config or secret at its path in the container. */
export interface MountedObject {
  readonly target: string;
  /** For messages, such as `config "static"`. */
  readonly what: string;
  /** Absent where it is kept elsewhere. */
  readonly text?: string;
  /** The file on disk that it is, by which messages name it. */
  readonly file?: string;
  /** Where a place of its text is, where that is part of the compose files. */
  readonly placeOf?: PlaceOf;
  readonly span?: Span;
}

/** A mount, and where it is written. */
export interface PlacedMount {
  readonly mount: Mount;
  readonly span?: Span;
}

/** What is at a path: a text; nothing, as a mount shows or as none leads there; or what nobody can see here. */
export type FileAt =
  | { readonly kind: "text"; readonly text: NamedText }
  | { readonly kind: "nothing" }
  | { readonly kind: "not mounted" }
  | Unseen;

/** What may be there and nobody can see here. */
export interface Unseen {
  readonly kind: "unseen";
  /** Why: the end of a sentence that begins with "as". */
  readonly where: string;
  /** Docker alone knows where it lies. */
  readonly isOnVolume: boolean;
  /** Of the mount. */
  readonly span?: Span;
}

export interface ContainerFiles {
  at(path: string): FileAt;
  /** Every YAML or TOML file below a directory, in the order in which Traefik reads them; and what cannot be seen of it. */
  below(
    directory: string,
  ): { readonly texts: readonly NamedText[]; readonly unseen: readonly Unseen[]; readonly isThere: boolean };
}

interface Mounted {
  readonly target: string;
  readonly source: BindSource;
  /** What its files are called in messages: the path on this machine, else in the container. */
  readonly shown: string;
  /** What is said where it cannot be seen. */
  readonly unseen: Unseen;
  readonly placeOf?: PlaceOf;
}

/** What a service's mounts and objects hold. */
export function containerFiles(
  mounts: readonly PlacedMount[],
  objects: readonly MountedObject[],
  sources: { readonly bindSources: BindSources; readonly volumeSources?: VolumeSources },
): ContainerFiles {
  const mounted = [
    ...mounts.map((mount) => ofMount(mount, sources.bindSources, sources.volumeSources ?? new Map())),
    ...objects.map(ofObject),
  ].toSorted((left, right) => right.target.length - left.target.length);
  // The longest target covers what others have there.
  const holder = (path: string): Mounted | undefined => mounted.find(({ target }) => isAt(path, target));
  const at = (written: string): FileAt => {
    const path = inContainer(written);
    const found = holder(path);
    return found === undefined ? { kind: "not mounted" } : fileOf(found, path);
  };
  return {
    at,
    below: (written) => {
      const directory = inContainer(written);
      const near = mounted.filter(({ target }) => isAt(directory, target) || isAt(target, directory));
      const paths = near.flatMap((mount) => pathsOf(mount).filter((path) => holder(path) === mount))
        .filter((path) => path !== directory && isAt(path, directory) && /\.(toml|ya?ml)$/i.test(path));
      const files = [...new Set(paths)].sort(inReadingOrder).map(at);
      const own = holder(directory);
      const inside = near.filter((mount) => mount === own || isAt(mount.target, directory));
      return {
        texts: files.flatMap((file) => file.kind === "text" ? [file.text] : []),
        unseen: [
          ...inside.filter((mount) => mount.source.kind !== "file").flatMap((mount) =>
            mayHideTexts(mount) ? unseenOf(mount) : []
          ),
          ...files.flatMap((file) => file.kind === "unseen" ? [file] : []),
        ],
        isThere: inside.length > 0,
      };
    },
  };
}

/** In Traefik's image `/var/run` is a link to `/run`; its working directory is `/`. */
function inContainer(path: string): string {
  return cleanPath(`/${path}`).replace(/^\/var(?=\/run(\/|$))/, "");
}

function isAt(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.replace(/\/?$/, "/"));
}

/** Traefik reads a directory name by name, each folder in its turn (pkg/provider/file, `os.ReadDir`). */
function inReadingOrder(left: string, right: string): number {
  const [a, b] = [left, right].map((path) => path.replaceAll("/", "\0"));
  return a === b ? 0 : (a ?? "") < (b ?? "") ? -1 : 1;
}

function ofMount({ mount, span }: PlacedMount, bound: BindSources, volumes: VolumeSources): Mounted {
  const { type, source = "", target } = mount;
  const isOnVolume = type === "volume";
  const place = inContainer(target);
  const unseen = (where: string): Unseen => ({
    kind: "unseen",
    where,
    isOnVolume,
    ...(span === undefined ? {} : { span }),
  });
  const volume = isOnVolume ? volumes.get(source) : undefined;
  if (volume !== undefined) {
    const why = `the named volume "${source}" cannot be read at "${volume.directory}"`;
    return { target: place, source: volume.source, shown: volume.directory, unseen: unseen(why) };
  }
  if (type === "bind") {
    const why = `nothing readable lies at "${source}"`;
    return { target: place, source: bound.get(source) ?? NOT_SEEN, shown: source, unseen: unseen(why) };
  }
  const why = !isOnVolume
    ? `"${target}" is a mount of the type "${type}"`
    : source === ""
    ? `"${target}" is a volume without a name`
    : `the named volume "${source}" is not at hand`;
  return { target: place, source: NOT_SEEN, shown: place, unseen: unseen(why) };
}

const NOT_SEEN: BindSource = { kind: "missing" };

function ofObject({ target, what, text, file, placeOf, span }: MountedObject): Mounted {
  const content = text === undefined ? undefined : new TextEncoder().encode(text);
  return {
    target: inContainer(target),
    source: content === undefined ? NOT_SEEN : { kind: "file", mode: 0o444, size: content.length, content },
    shown: file ?? inContainer(target),
    unseen: {
      kind: "unseen",
      where: `the content of the ${what} is not at hand`,
      isOnVolume: false,
      ...(span === undefined ? {} : { span }),
    },
    ...(placeOf === undefined ? {} : { placeOf }),
  };
}

/** Why nothing of a mount, or not all, can be seen; nothing where all is. */
function unseenOf({ source, shown, unseen }: Mounted): Unseen[] {
  if (source.kind === "file") {
    return source.content === undefined ? [{ ...unseen, where: tooLarge(shown) }] : [];
  }
  if (source.kind !== "directory") return [unseen];
  return source.complete
    ? []
    : [{ ...unseen, where: `${source.obstacle ?? "not all can be read"}, in "${shown}"` }];
}

function tooLarge(path: string): string {
  return `"${path}" is too large or cannot be read`;
}

/** The entry of a directory that was in the way of the walk; undefined where the whole directory was. */
function entryInTheWay({ source }: Mounted): string | undefined {
  return source.kind === "directory" ? /^"([^"]+)"/.exec(source.obstacle ?? "")?.[1] : undefined;
}

/** Whether what cannot be seen may be a file that Traefik reads: by its extension, or in a folder. */
function mayHideTexts(mount: Mounted): boolean {
  const entry = entryInTheWay(mount);
  return entry === undefined || /(^|\/)[^./]+$|\.(toml|ya?ml)$/i.test(entry);
}

function pathsOf({ source, target }: Mounted): string[] {
  if (source.kind === "file") return [target];
  return source.kind === "directory"
    ? [...source.files.keys()].map((name) => cleanPath(`${target}/${name}`))
    : [];
}

function fileOf(mount: Mounted, path: string): FileAt {
  const { source, target, shown, placeOf } = mount;
  const given = placeOf === undefined ? {} : { placeOf };
  const textOf = (content: Uint8Array | undefined, file: string): FileAt =>
    content === undefined
      ? { ...mount.unseen, where: tooLarge(file) }
      : { kind: "text", text: { file, path, text: new TextDecoder().decode(content), ...given } };
  if (source.kind === "file") return path === target ? textOf(source.content, shown) : { kind: "nothing" };
  const [unseen] = unseenOf(mount);
  if (source.kind !== "directory") return unseen ?? { kind: "nothing" };
  const name = path === target ? "" : path.slice(target.replace(/\/$/, "").length + 1);
  const file = source.files.get(name);
  if (file !== undefined) return textOf(file.content, `${shown.replace(/\/$/, "")}/${name}`);
  const entry = entryInTheWay(mount);
  return unseen !== undefined && (entry === undefined || isAt(name, entry)) ? unseen : { kind: "nothing" };
}
