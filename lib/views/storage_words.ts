/** What each mount of a service became, in words. */
import type { Mount } from "../../compose/project.ts";
import { relativePath } from "../stack/relative_path.ts";
import type { StackFacts } from "../stack/facts.ts";
import type { BindTreatment } from "../stack/storage/bind_treatment.ts";
import type { VolumeRole } from "../stack/storage/volume_roles.ts";

/** A source of mounts. */
export interface Store {
  /** The path below the stack's folder, or the key of the volume. */
  readonly name: string;
  readonly kind: "directory" | "volume" | "configuration" | "host" | "memory" | "none";
  /** `PersistentVolume on /opt/shop/data`. */
  readonly text: string;
}

/** What lies behind a mount; undefined where it has no source of its own. */
export function storeOf(facts: StackFacts, mount: Mount): Store | undefined {
  const { source, type } = mount;
  if (source === undefined) return undefined;
  if (type === "bind") {
    const role = facts.roles.get(source);
    return role === undefined ? undefined : { name: pathName(facts, source), ...bindStore(role) };
  }
  const role = type === "volume" ? facts.volumes.get(source) : undefined;
  return role === undefined ? undefined : { name: source, ...volumeStore(role) };
}

function pathName({ project }: StackFacts, path: string): string {
  const relative = relativePath(project, path);
  return relative.startsWith("/") ? relative : `./${relative}`;
}

type Told = Omit<Store, "name">;

const EMPTY: Told = { kind: "none", text: "an empty directory of the pod" };
const LEFT_OUT: Told = { kind: "none", text: "left out" };

function bindStore(role: BindTreatment): Told {
  switch (role.kind) {
    case "configuration":
      return { kind: "configuration", text: "a ConfigMap, or a Secret where it holds one" };
    case "data":
      return {
        kind: "directory",
        text: `PersistentVolume on ${role.directory}${role.isMissing ? ", which is not on this disk" : ""}`,
      };
    case "empty":
      return EMPTY;
    case "hostPath":
      return { kind: "host", text: `hostPath ${role.path}${role.readOnly ? ", read-only" : ""}` };
    case "skip":
      return LEFT_OUT;
  }
}

function volumeStore(role: VolumeRole): Told {
  switch (role.kind) {
    case "directory":
      return { kind: "volume", text: `PersistentVolume on ${role.path}` };
    case "nfs":
      return { kind: "volume", text: `PersistentVolume on ${role.nfs.server}:${role.nfs.path} by NFS` };
    case "smb":
      return { kind: "volume", text: `PersistentVolume on ${role.smb.source} by SMB` };
    case "memory":
      return { kind: "memory", text: "memory of the pod" };
    case "empty":
      return EMPTY;
    case "skip":
      return LEFT_OUT;
  }
}
