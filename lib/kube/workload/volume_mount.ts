/** Volumes of compose, named or not: claims, memory, or nothing that is kept. */
import type { Mount, Path } from "../../../compose/project.ts";
import { anonymousMount } from "./anonymous_mount.ts";
import { claimMount } from "./claim_mount.ts";
import { isFilled } from "./filled.ts";
import type { Mounted } from "./mounted.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { emptyDirectory, temporaryVolume } from "./temporary.ts";
import { label } from "../../stack/names.ts";
import type { SmbShare, VolumeRole } from "../../stack/storage/volume_roles.ts";

/** An anonymous or named volume at its place in the container; nothing where it is left out. */
export function volumeMount(
  state: ConversionState,
  subject: DecidedService,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims, volumes } = state;
  const key = mount.source;
  if (key === undefined) return anonymousMount(state, subject, mount, path, helperImage);
  const span = context.project.span(path);
  const role = volumes.get(key) ?? { kind: "skip" };
  switch (role.kind) {
    case "skip":
      return [];
    case "empty":
      return [emptyDirectory(mount.target)];
    case "memory":
      return [temporaryVolume(key, mount.target, role.options)];
    case "smb":
    case "nfs":
    case "directory": {
      const secret = role.kind === "smb" ? credentialsOf(state, subject, key, role.smb) : undefined;
      const claim = claims.named(key, role, subject.service.name, span, secret);
      const isReadOnly = isReadOnlyThere(role);
      const inForce = isReadOnly ? { ...mount, read_only: true } : mount;
      const decision = context.decisions.storage?.[key];
      const mounted = claimMount(state, subject, {
        claim,
        mount: inForce,
        subPath: mount.volume?.subpath,
        decision,
        helperImage,
        // Owners cannot be set on a share by SMB.
        isFilled: role.kind !== "smb" && !isReadOnly && isFilled(state, subject, mount, path),
      });
      return [
        role.kind === "directory" && role.memory !== undefined
          ? asMemory(key, mounted, role.memory)
          : mounted,
      ];
    }
  }
}

/** With the mode and the owner that its entry says, else open to all, as memory is in Docker. */
function asMemory(key: string, mounted: Mounted, options: readonly string[]): Mounted {
  const { permissions } = temporaryVolume(key, mounted.mount.mountPath, options);
  return permissions === undefined ? mounted : { ...mounted, permissions };
}

function isReadOnlyThere(role: VolumeRole & { readonly kind: "directory" | "nfs" | "smb" }): boolean {
  if (role.kind === "directory") return role.readOnly;
  return (role.kind === "nfs" ? role.nfs : role.smb).readOnly === true;
}

/** The Secret with what a share asks for; undefined where it asks for nothing. */
function credentialsOf(
  { objects }: ConversionState,
  { service }: DecidedService,
  key: string,
  { credentials }: SmbShare,
): string | undefined {
  if (credentials.size === 0) return undefined;
  const data = new Map([...credentials].map(([name, text]) => [name, new TextEncoder().encode(text)]));
  return objects.add({ kind: "Secret", name: `${label(key)}-share`, data }, service.name).name;
}
