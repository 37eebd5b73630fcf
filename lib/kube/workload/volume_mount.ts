/** Volumes of compose, named or not: claims, memory, or nothing that is kept. */
import type { Mount, Path } from "../../../compose/project.ts";
import { anonymousMount } from "./anonymous_mount.ts";
import { claimMount } from "./claim_mount.ts";
import { isFilled } from "./filled.ts";
import type { Mounted } from "./mounted.ts";
import type { Subject, Workshop } from "./parts.ts";
import { emptyDirectory, memory } from "./temporary.ts";

/** An anonymous or named volume at its place in the container; nothing where it is left out. */
export function volumeMount(
  workshop: Workshop,
  subject: Subject,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims, volumes } = workshop;
  const key = mount.source;
  if (key === undefined) return anonymousMount(workshop, subject, mount, path, helperImage);
  const span = context.project.span(path);
  const role = volumes.get(key) ?? { kind: "skip" };
  switch (role.kind) {
    case "skip":
      return [];
    case "empty":
      return [emptyDirectory(mount.target)];
    case "memory":
      return [memory(mount.target, role.size)];
    case "nfs":
    case "directory": {
      const claim = claims.named(key, role, subject.service.name, span);
      const isReadOnly = role.kind === "directory" ? role.readOnly : role.nfs.readOnly === true;
      const inForce = isReadOnly ? { ...mount, read_only: true } : mount;
      const decision = context.decisions.storage?.[key];
      return [
        claimMount(workshop, subject, {
          claim,
          mount: inForce,
          subPath: mount.volume?.subpath,
          decision,
          helperImage,
          isFilled: !isReadOnly && isFilled(workshop, subject, mount, path),
        }),
      ];
    }
  }
}
