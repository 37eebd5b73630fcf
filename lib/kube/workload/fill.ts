/** An empty volume is filled with what the image has at its place, as Docker does when it makes a container. */
import { unexpanded } from "../unexpanded.ts";
import { type Json, optional } from "../../values/json.ts";

/** A static busybox: its glibc variant needs libraries that another image may not have. */
const FILL_IMAGE = "busybox:1.37-musl";

/** Where the volumes and the program lie in the init container; no image has anything there. */
const PROGRAM_FOLDER = "/compose-ferry/program";
const PROGRAM = `${PROGRAM_FOLDER}/busybox`;
const VOLUMES = "/compose-ferry/volumes";

/** The volume with the program, for the life of the pod. */
export const PROGRAM_VOLUME: Json & { readonly name: string } = { name: "fill-program", emptyDir: {} };

/**
 * Fills one volume after another; its arguments are pairs of a directory of the image and the volume for it.
 *
 * As Docker does, only where the volume is empty and the image has a directory there, whose owner and mode the volume
 * gets (moby, container/container_unix.go, `CopyImagePathContent`). All is copied to a folder in the volume first,
 * which gets its second name when it is complete: whoever finds the first name begins again, whoever finds the
 * second goes on. What is there already is never replaced. One pod at a time, where the file system has locks.
 */
export const FILL_SCRIPT = `set -eu
b=${PROGRAM}
fill() {
  part="$2/.compose-ferry-part" whole="$2/.compose-ferry-whole"
  if [ ! -d "$whole" ]; then
    [ -d "$1" ] || return 0
    $b rm -rf "$part"
    found=$($b ls -A "$2")
    [ -z "$found" ] || return 0
    $b mkdir "$part"
    $b cp -a "$1/." "$part/"
    owner=$($b stat -c %u:%g "$1/.")
    mode=$($b stat -c %a "$1/.")
    $b chown "$owner" "$2"
    $b chmod "$mode" "$2"
    $b mv "$part" "$whole"
  fi
  for each in "$whole"/* "$whole"/.[!.]* "$whole"/..?*; do
    [ -e "$each" ] || [ -L "$each" ] || continue
    to="$2/\${each##*/}"
    [ -e "$to" ] || [ -L "$to" ] || $b mv "$each" "$to"
  done
  $b rm -rf "$whole"
  echo "filled from $1"
}
while [ $# -gt 1 ]; do
  exec 9<"$2"
  $b flock 9 2>/dev/null || echo "this file system has no locks: $1"
  fill "$1" "$2"
  exec 9<&-
  shift 2
done
`;

/** A mount that is filled from the image: as the program has it. */
export type Filled = Json & { readonly name: string; readonly mountPath: string };

/** The container whose image fills its volumes. */
export interface Filling {
  /** As it is planned: its image, pull policy and resources hold for the init container, too. */
  readonly container: Json;
  readonly mounts: readonly Filled[];
  /** Decided. */
  readonly fillImage: string | undefined;
}

/**
 * The init containers that fill volumes: one brings a program that needs no libraries, one of the service's own image
 * runs it as root and sees nothing but that program and the volumes. No variables, no secrets, no configuration.
 */
export function fillContainers({ container, mounts, fillImage }: Filling): Json[] {
  if (mounts.length === 0) return [];
  const resources = optional("resources", container["resources"] as Json | undefined);
  const program = { name: PROGRAM_VOLUME.name, mountPath: PROGRAM_FOLDER };
  const volumes = mounts.map(({ readOnly: _, mountPropagation: __, ...mount }, index) => ({
    ...mount,
    mountPath: `${VOLUMES}/${index}`,
  }));
  const pairs = mounts.flatMap(({ mountPath }, index) => [mountPath, `${VOLUMES}/${index}`]);
  return [
    {
      name: "fill-program",
      image: fillImage ?? FILL_IMAGE,
      imagePullPolicy: "IfNotPresent",
      command: ["cp", "/bin/busybox", PROGRAM],
      ...resources,
      volumeMounts: [program],
    },
    {
      name: "fill-volumes",
      image: container["image"],
      imagePullPolicy: container["imagePullPolicy"],
      command: [PROGRAM, "sh", "-c", FILL_SCRIPT, "fill", ...pairs].map(unexpanded),
      workingDir: "/",
      ...resources,
      securityContext: { runAsUser: 0, runAsGroup: 0 },
      volumeMounts: [{ ...program, readOnly: true }, ...volumes],
    },
  ];
}
