/**
 * Files with the owner and mode that they have in Docker. What is mounted from a ConfigMap or Secret belongs to root;
 * where that makes no difference to who may read, its mode is enough, else an init container makes a copy.
 */
import type { Permissions } from "../../../compose/bind_source.ts";
import type { Path } from "../../../compose/project.ts";
import { at, type Context } from "../../stack/context.ts";
import { label } from "../../stack/names.ts";
import { unexpanded } from "../unexpanded.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import type { Json } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";

/** A file of a volume, by its path there. */
export interface OwnedFile extends Permissions {
  readonly path: string;
}

const READ_AND_RUN = 0o5;

/** Whether another owner than root means that other programs may read the file, or run it. */
export function needsOwner({ mode, uid = 0, gid = 0 }: Permissions): boolean {
  if (uid === 0 && gid === 0) return false;
  const [user, group, others] = [mode >> 6, mode >> 3, mode];
  return (((user | group) & READ_AND_RUN) & ~others) !== 0;
}

/** The mode of an item, as JSON has it: a number, without the bits that it cannot have. */
export function itemMode({ mode }: Permissions): number {
  return mode & 0o777;
}

const FROM = "/from";
const TO = "/to";

/** Its arguments are the folder's mode and owner, then a path, an owner and a mode for each file. */
const SCRIPT = `set -eu
chmod "$1" ${TO}; chown "$2" ${TO}; shift 2
while [ $# -gt 2 ]; do
  to="${TO}/$1"
  mkdir -p "\${to%/*}"
  cp -L "${FROM}/$1" "$to"
  chown "$2" "$to"
  chmod "$3" "$to"
  shift 3
done
`;

/** What is copied, to where in the container. */
export interface OwnedCopy {
  readonly volume: Json & { readonly name: string };
  readonly files: readonly OwnedFile[];
  /** Of the folder, where one is mounted. */
  readonly folder?: Permissions | undefined;
  readonly target: string;
  /** The one file of the volume that is mounted; a whole folder where it is absent. */
  readonly file?: string | undefined;
  readonly digests: readonly string[];
  readonly helperImage: string;
  /** Whether the copy must not be on a disk. */
  readonly isSecret: boolean;
}

/**
 * Whether an owner can be given: that takes root, which Pod Security "restricted" refuses. There all programs of the pod
 * may read the files, and it is said.
 */
export function mayGiveOwner(
  context: Context,
  { service }: DecidedService,
  target: string,
  path: Path,
): boolean {
  if (context.decisions.podSecurity !== "restricted") return true;
  context.report({
    code: "kube-file-owner",
    severity: "warning",
    message:
      `"${target}" of service "${service.name}" is root's in its pod, for all programs of it to read: ` +
      'another owner needs root, which Pod Security "restricted" refuses',
    ...at(context.project, path),
    hint: "Nothing, if every program of the pod may read it",
  });
  return false;
}

/** Where its owner is not known, or cannot be kept, root's file is for others to read. */
export function readable({ mode }: Permissions): number {
  return (mode & 0o777) | 0o444 | ((mode & 0o100) === 0 ? 0 : 0o111);
}

/** A file's path, owner and mode as arguments of a script. */
export function ownedWords(file: OwnedFile): readonly [string, string, string] {
  return [file.path, owner(file), itemMode(file).toString(8)];
}

function owner({ uid = 0, gid = 0 }: Permissions): string {
  return `${uid}:${gid}`;
}

/** The mount of a copy that has each file as it is in Docker. */
export function ownedCopy({ folder = { mode: 0o755 }, ...copy }: OwnedCopy): Mounted {
  const { volume, files, target, file, digests, helperImage } = copy;
  const name = volumeName("owned", target);
  const words = [
    (folder.mode & 0o7777).toString(8),
    owner(folder),
    ...files.flatMap(ownedWords),
  ];
  return {
    volume: { name, emptyDir: copy.isSecret ? { medium: "Memory" } : {} },
    extraVolumes: [volume],
    mount: { name, mountPath: target, ...(file === undefined ? {} : { subPath: file }), readOnly: true },
    digests,
    init: {
      name: label(`owned-${target}`),
      image: helperImage,
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", SCRIPT, "owned", ...words].map(unexpanded),
      securityContext: { runAsUser: 0 },
      volumeMounts: [
        { name: volume.name, mountPath: FROM, readOnly: true },
        { name, mountPath: TO },
      ],
    },
  };
}
