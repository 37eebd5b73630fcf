/** A container's mounts: claims, configuration, temporary directories, and copies of files that it writes. */
import type { Mount, Path } from "../../../compose/project.ts";
import { relativePath } from "../../stack/relative_path.ts";
import { at } from "../../stack/context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { label } from "../../stack/names.ts";
import { dockerPath } from "../../stack/storage/volume_roles.ts";
import { storageDecision } from "../../stack/storage/places.ts";
import { reportOwner } from "./owners.ts";
import { configurationVolume } from "./configuration_volume.ts";
import { fileReferenceMounts } from "./file_references.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import { propagation } from "./propagation.ts";
import { type Json, optional, type Subject, type Workshop } from "./parts.ts";
import { toldApart } from "./told_apart.ts";
import { byteQuantity, bytes } from "./units.ts";

/** The pod's volumes and the container's mounts. */
export interface Mounts {
  readonly volumes: readonly Json[];
  readonly volumeMounts: readonly Json[];
  readonly initContainers: readonly Json[];
  readonly digests: readonly string[];
  /** Whether it writes to a directory that is kept. */
  readonly writesData: boolean;
}

/** All mounts of a service, in the order of their depth, so that nested ones lie over their parents. */
export function mountsOf(workshop: Workshop, subject: Subject, helperImage: string): Mounts {
  const { service } = subject;
  const mounted = toldApart([
    ...(service.volumes ?? []).flatMap((mount, index) =>
      mountOf(workshop, subject, mount, ["services", service.name, "volumes", index], helperImage)
    ),
    ...fileReferenceMounts(workshop, subject),
    ...(service.tmpfs ?? []).map((text) => temporary(text)),
    ...sharedMemory(service.shm_size),
  ], workshop.digests);
  const volumes = new Map(
    mounted.flatMap(({ volume, extraVolumes }) => [volume, ...extraVolumes ?? []]).map((
      volume,
    ) => [volume.name, volume]),
  );
  // Of two mounts on one path the later one counts, as in compose.
  const byTarget = new Map(mounted.map(({ mount }) => [mount.mountPath, mount]));
  const volumeMounts = [...byTarget.values()]
    .sort((left, right) => depth(left.mountPath) - depth(right.mountPath));
  const used = new Set(
    [...volumeMounts, ...mounted.flatMap(({ init }) => init?.volumeMounts ?? [])].map(({ name }) => name),
  );
  return {
    volumes: [...volumes.values()].filter(({ name }) => used.has(name)),
    volumeMounts,
    initContainers: mounted.flatMap(({ init }) => init === undefined ? [] : [init]),
    digests: mounted.flatMap(({ digests }) => digests),
    writesData: mounted.some(({ volume, mount }) =>
      "persistentVolumeClaim" in volume && mount["readOnly"] !== true
    ),
  };
}

function mountOf(
  workshop: Workshop,
  subject: Subject,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  switch (mount.type) {
    case "bind":
      return bindMount(workshop, subject, mount, path, helperImage);
    case "volume":
      return volumeMount(workshop, subject, mount, path, helperImage);
    case "tmpfs":
      return [memory(mount.target, mount.tmpfs?.size)];
    case "image":
      return [imageMount(mount)];
    case "npipe":
    case "cluster":
      workshop.context.report({
        code: "kube-mount-type",
        severity: "question",
        message:
          `Mount "${mount.target}" of service "${subject.service.name}" has type "${mount.type}", which no pod has`,
        ...at(workshop.context.project, path),
        hint: "Replace it in the compose file by a volume or a bind mount",
      });
      return [];
  }
}

function bindMount(
  workshop: Workshop,
  subject: Subject,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims, roles } = workshop;
  const source = mount.source ?? "";
  const decision = storageDecision(context, source);
  const role = roles.get(source) ?? { kind: "skip" };
  switch (role.kind) {
    case "skip":
      return [];
    case "empty": {
      const name = volumeName("empty", relativePath(context.project, source));
      return [{ volume: { name, emptyDir: {} }, mount: { name, mountPath: mount.target }, digests: [] }];
    }
    case "hostPath": {
      const name = volumeName("host", source);
      return [{
        volume: { name, hostPath: { path: role.path } },
        mount: {
          name,
          mountPath: mount.target,
          ...(role.readOnly ? { readOnly: true } : {}),
          ...propagation(workshop, subject, mount, decision),
        },
        digests: [],
      }];
    }
    case "data": {
      const claim = claims.directory(
        role.directory,
        subject.service.name,
        decision,
        context.project.span(path),
        role.isMissing,
      );
      return [claimMount(workshop, subject, claim, mount, role.subPath, decision, helperImage)];
    }
    case "configuration":
      return [configurationVolume(workshop, subject, { mount, path, source, role, decision, helperImage })];
  }
}

function claimMount(
  workshop: Workshop,
  subject: Subject,
  claim: string,
  mount: Mount,
  subPath: string | undefined,
  decision: StorageDecision | undefined,
  helperImage: string,
): Mounted {
  reportOwner(workshop.context, subject, mount, decision);
  const name = volumeName("data", claim);
  const target: Json & { name: string; mountPath: string } = {
    name,
    mountPath: mount.target,
    ...optional("subPath", subPath),
    ...(mount.read_only === true ? { readOnly: true } : {}),
    ...propagation(workshop, subject, mount, decision),
  };
  return {
    volume: { name, persistentVolumeClaim: { claimName: claim } },
    mount: target,
    digests: [],
    ...(decision?.owner === undefined ? {} : { init: chown(target, decision.owner, helperImage) }),
  };
}

function volumeMount(
  workshop: Workshop,
  subject: Subject,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims, volumes } = workshop;
  const key = mount.source;
  const span = context.project.span(path);
  if (key === undefined) {
    const own = `${subject.service.name}-${label(mount.target)}`;
    context.report({
      code: "kube-anonymous-volume",
      severity: "warning",
      message:
        `Anonymous volume "${mount.target}" of service "${subject.service.name}" is kept in a directory of its own, which begins empty: what the image has there, as in Docker's, is not copied`,
      ...(span === undefined ? {} : { span }),
      hint: `To begin with what the container has: docker cp CONTAINER:${mount.target}/. ${
        dockerPath(context, own, {})
      }`,
    });
    const role = {
      kind: "directory",
      path: dockerPath(context, own, {}),
      create: true,
      readOnly: false,
    } as const;
    const claim = claims.named(own, role, subject.service.name, span);
    return [
      claimMount(workshop, subject, claim, { ...mount, source: own }, undefined, undefined, helperImage),
    ];
  }
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
      return [claimMount(workshop, subject, claim, inForce, mount.volume?.subpath, decision, helperImage)];
    }
  }
}

/** The image's files as a read-only volume (Kubernetes 1.33 and later). */
function imageMount(mount: Mount): Mounted {
  const name = volumeName("image", mount.target);
  return {
    volume: { name, image: { reference: mount.source ?? "", pullPolicy: "IfNotPresent" } },
    mount: { name, mountPath: mount.target, ...optional("subPath", mount.image?.subpath), readOnly: true },
    digests: [],
  };
}

function emptyDirectory(target: string): Mounted {
  const name = volumeName("empty", target);
  return { volume: { name, emptyDir: {} }, mount: { name, mountPath: target }, digests: [] };
}

/** `/run:size=64m,mode=1777`. */
function temporary(text: string): Mounted {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const size = colon < 0 ? undefined : /(?:^|,)size=([^,]+)/.exec(text.slice(colon + 1))?.[1];
  return memory(target, size);
}

function sharedMemory(size: string | undefined): Mounted[] {
  return size === undefined ? [] : [memory("/dev/shm", size)];
}

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

/** Gives a directory to the user that the program runs as, once, before it starts. */
function chown(
  target: Json & { name: string; mountPath: string },
  owner: string,
  helperImage: string,
): NonNullable<Mounted["init"]> {
  const { readOnly: _, ...writable } = target;
  return {
    name: label(`own-${target.mountPath}`),
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["chown", "-R", owner, target.mountPath],
    securityContext: { runAsUser: 0 },
    volumeMounts: [{ ...writable, name: target.name }],
  };
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
