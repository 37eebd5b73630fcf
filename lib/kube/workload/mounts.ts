/** A container's mounts: claims, configuration, temporary directories, and copies of files that it writes. */
import type { FileReference, Mount, Path, Service } from "../../../compose/project.ts";
import { relativePath } from "../../stack/relative_path.ts";
import { at, type Context, decided, isSkipped } from "../../stack/context.ts";
import { storageDecision } from "../../stack/storage/places.ts";
import { imageVolumeMounts } from "./anonymous_mount.ts";
import { claimMount } from "./claim_mount.ts";
import { configurationVolume } from "./configuration_volume.ts";
import { fileReferenceMounts } from "./file_references.ts";
import { type Filled, PROGRAM_VOLUME } from "./fill.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import { propagation } from "./propagation.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { permissionsContainer, sharedMemory, temporary, temporaryMount } from "./temporary.ts";
import { uniqueVolumeNames } from "./unique_volume_names.ts";
import { volumeMount } from "./volume_mount.ts";

/** The pod's volumes and the container's mounts. */
export interface Mounts {
  readonly volumes: readonly Json[];
  readonly volumeMounts: readonly Json[];
  readonly initContainers: readonly Json[];
  readonly digests: readonly string[];
  /** Those whose volumes are filled from the image where they are empty. */
  readonly filled: readonly Filled[];
  /** Whether it writes to a directory that is kept. */
  readonly writesData: boolean;
}

/** All mounts of a service, in the order of their depth, so that nested ones lie over their parents. */
export function mountsOf(state: ConversionState, subject: DecidedService, helperImage: string): Mounts {
  const { service } = subject;
  const mounted = uniqueVolumeNames([
    ...volumesFrom(state, subject, helperImage),
    ...(service.volumes ?? []).flatMap((mount, index) =>
      mountOf(state, subject, mount, ["services", service.name, "volumes", index], helperImage)
    ),
    ...imageVolumeMounts(state, subject, helperImage),
    ...fileReferenceMounts(state, subject, helperImage),
    ...(service.tmpfs ?? []).map((text) => temporary(text)),
    ...(hasOwnMemory(service) ? sharedMemory(service.shm_size) : []),
  ], state.digests);
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
  const filled = mounted.filter(({ isFilled, mount }) =>
    isFilled === true && byTarget.get(mount.mountPath) === mount
  ).map(({ mount }) => mount);
  return {
    volumes: [
      ...[...volumes.values()].filter(({ name }) => used.has(name)),
      ...(filled.length === 0 ? [] : [PROGRAM_VOLUME]),
    ],
    volumeMounts,
    initContainers: [
      ...permissionsContainer(
        state.context,
        subject,
        mounted.filter(({ mount }) => byTarget.get(mount.mountPath) === mount),
        helperImage,
      ),
      ...mounted.flatMap(({ init }) => init === undefined ? [] : [init]),
    ],
    digests: mounted.flatMap(({ digests }) => digests),
    filled,
    writesData: mounted.some(({ volume, mount }) =>
      "persistentVolumeClaim" in volume && mount["readOnly"] !== true
    ),
  };
}

/**
 * The mounts of other services, which Docker takes over with their places; one's own come after them and count. What the
 * other has of others comes along, and so do its files of `secrets` and `configs`, which Docker mounts from the disk.
 * Compose v2 passes no mode on (docker/compose, `pkg/compose/convergence.go`): what the other writes to, this one does.
 */
function volumesFrom(state: ConversionState, { service }: DecidedService, helperImage: string): Mounted[] {
  const { context } = state;
  return (service.volumes_from ?? []).flatMap((text, index): Mounted[] => {
    const [name = "", mode] = text.split(":");
    const other = name === "container" ? undefined : context.project.services[name];
    if (other === undefined || mode === "ro") reportVolumesFrom(state, service, text, index);
    if (other === undefined) return [];
    const own: DecidedService = { service: other, decision: decided(context.decisions, other.name) };
    const shop = isSkipped(context.decisions, name) ? { ...state, filled: [] } : quiet(state);
    const mounts = (other.volumes ?? []).flatMap((mount, place) =>
      mountOf(shop, own, mount, ["services", other.name, "volumes", place], helperImage)
    );
    return [
      ...volumesFrom(shop, own, helperImage),
      ...mounts,
      ...imageVolumeMounts(shop, own, helperImage),
      ...fileReferenceMounts(shop, onlyFiles(context, own), helperImage),
      // Docker fills a volume from the image of its own container alone.
    ].map(({ isFilled: _, ...mounted }) => mounted);
  });
}

/** Where the memory is another's or the machine's, Docker does not heed `shm_size`. */
function hasOwnMemory({ ipc = "" }: Service): boolean {
  return !/^(service:|container:|host$)/.test(ipc);
}

/** What is found about mounts is said of the service that writes them, once. */
function quiet(state: ConversionState): ConversionState {
  return {
    ...state,
    context: { ...state.context, report: () => {} },
    writable: [],
    filled: [],
    notes: [],
  };
}

/** The service with those of its `secrets` and `configs` that are files of the disk: the others are no mounts in Docker. */
function onlyFiles({ project }: Context, { service, decision }: DecidedService): DecidedService {
  const of = (section: "configs" | "secrets"): readonly FileReference[] =>
    (service[section] ?? []).filter(({ source }) => project[section][source]?.file !== undefined);
  return { service: { ...service, configs: of("configs"), secrets: of("secrets") }, decision };
}

function reportVolumesFrom(
  { context }: ConversionState,
  service: Service,
  text: string,
  index: number,
): void {
  const isForeign = text.startsWith("container:");
  context.report({
    code: "kube-volumes-from",
    severity: isForeign ? "question" : "info",
    message: isForeign
      ? `Service "${service.name}" takes the volumes of "${text}", which is no service of the stack`
      : `"ro" in "${text}" of service "${service.name}" counts for nothing, as in compose`,
    ...at(context.project, ["services", service.name, "volumes_from", index]),
    hint: isForeign
      ? "Write those volumes at the service itself"
      : "To mount them read-only, write those volumes at the service itself",
  });
}

function mountOf(
  state: ConversionState,
  subject: DecidedService,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  switch (mount.type) {
    case "bind":
      return bindMount(state, subject, mount, path, helperImage);
    case "volume":
      return volumeMount(state, subject, mount, path, helperImage);
    case "tmpfs":
      return [temporaryMount(mount)];
    case "image":
      reportImage(state, subject, mount, path);
      return [imageMount(mount)];
    case "npipe":
    case "cluster":
      state.context.report({
        code: "kube-mount-type",
        severity: "question",
        message:
          `Mount "${mount.target}" of service "${subject.service.name}" has type "${mount.type}", which no pod has`,
        ...at(state.context.project, path),
        hint: "Replace it in the compose file by a volume or a bind mount",
      });
      return [];
  }
}

function bindMount(
  state: ConversionState,
  subject: DecidedService,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims, roles } = state;
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
          ...propagation(state, subject, mount, decision),
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
      const { subPath } = role;
      return [claimMount(state, subject, { claim, mount, subPath, decision, helperImage })];
    }
    case "configuration":
      return [configurationVolume(state, subject, { mount, path, source, role, decision, helperImage })];
  }
}

/** The field is there since 1.31, and its feature gate is on since 1.35: an older server refuses the pod. */
function reportImage(
  { context }: ConversionState,
  { service }: DecidedService,
  mount: Mount,
  path: Path,
): void {
  context.report({
    code: "kube-image-volume",
    severity: "warning",
    message: `Image "${
      mount.source ?? ""
    }" as a volume of service "${service.name}" needs Kubernetes 1.35, or from 1.31 on the feature gate ImageVolume: other servers refuse the pod`,
    ...at(context.project, path),
    hint: "For an older cluster: copy its files into a named volume, and mount that",
  });
}

/** The image's files as a read-only volume. */
function imageMount(mount: Mount): Mounted {
  const name = volumeName("image", mount.target);
  return {
    volume: { name, image: { reference: mount.source ?? "", pullPolicy: "IfNotPresent" } },
    mount: { name, mountPath: mount.target, ...optional("subPath", mount.image?.subpath), readOnly: true },
    digests: [],
  };
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
