/** StorageClass, PersistentVolumes and claims: one pair for each host directory, on the path where it lies. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { relativePath } from "../../stack/relative_path.ts";
import type { Context } from "../../stack/context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { label, shortHash } from "../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import { FOUND, nodeDirectory, PLACE_ANNOTATION } from "./node_directory.ts";
import { isCreated, pathOnNode } from "../../stack/storage/places.ts";
import type { Share, SmbShare, VolumeRole } from "../../stack/storage/volume_roles.ts";
import { plainPath } from "../../values/plain_path.ts";

const DEFAULT_CLASS = "local-storage";
const DEFAULT_SIZE = "10Gi";

/** A directory of the node, or a share of another machine. */
type Source =
  | { readonly path: string }
  | { readonly nfs: Share; readonly mountOptions: readonly string[] }
  | { readonly smb: SmbShare; readonly mountOptions: readonly string[]; readonly secret: string | undefined };

interface Claim {
  readonly name: string;
  readonly volumeName: string;
  readonly source: Source;
  readonly create: boolean;
  /** Where it is decided. */
  readonly storageId?: string;
  readonly size: string;
  readonly isFound: boolean;
  readonly span?: Span;
  readonly services: Set<string>;
}

/** By whom a claim is asked for, and how. */
interface Asked {
  readonly service: string;
  readonly decision: StorageDecision | undefined;
  readonly span: Span | undefined;
  readonly create: boolean;
  readonly isFound?: boolean;
}

/** The claims of one conversion, growing while services are converted. */
export class Claims {
  readonly #context: Context;
  readonly #byKey = new Map<string, Claim>();
  readonly #byService = new Map<string, Set<Claim>>();
  readonly #names = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** The claim for a host directory; the same directory has the same claim, whoever mounts it. */
  directory(
    path: string,
    service: string,
    decision: StorageDecision | undefined,
    span: Span | undefined,
    isMissing: boolean,
  ): string {
    const plain = plainPath(path);
    const { project, decisions } = this.#context;
    const onNode = pathOnNode(project, decisions, decision, plain);
    const name = plain === project.workingDir ? "project-folder" : relativePath(project, plain);
    // A place that was decided is there.
    const create = isCreated(decisions, decision, isMissing && decision?.path === undefined);
    return this.#claim(`path:${onNode}`, label(name), { path: onNode }, {
      service,
      decision,
      span,
      create,
    });
  }

  /** The claim for a named volume, in Docker's own directory, a decided one, or on a share. */
  named(
    key: string,
    role: VolumeRole & { readonly kind: "directory" | "nfs" | "smb" },
    service: string,
    span: Span | undefined,
    secret: string | undefined,
  ): string {
    const decision = this.#context.decisions.storage?.[key];
    return this.#volume(key, role, { service, decision, span }, secret);
  }

  /** The claim for a volume that nobody named; where it lies was found, and holds once it is made. */
  anonymous(
    key: string,
    role: VolumeRole & { readonly kind: "directory" },
    service: string,
    decision: StorageDecision | undefined,
    span: Span | undefined,
  ): string {
    return this.#volume(key, role, { service, decision, span, isFound: true });
  }

  #volume(
    key: string,
    role: VolumeRole & { readonly kind: "directory" | "nfs" | "smb" },
    asked: Omit<Asked, "create">,
    secret?: string,
  ): string {
    const source: Source = role.kind === "nfs"
      ? { nfs: role.nfs, mountOptions: role.mountOptions }
      : role.kind === "smb"
      ? { smb: role.smb, mountOptions: role.mountOptions, secret }
      : { path: role.path };
    const create = role.kind === "directory" && role.create;
    return this.#claim(`volume:${key}`, label(key), source, { ...asked, create });
  }

  /** Where the directories of a service lie: the storage ids of its claims, and what is said where there is none. */
  storageIds(service: string): readonly string[] {
    const ids = [...this.#byService.get(service) ?? []]
      .filter(({ source }) => "path" in source)
      .map(({ storageId }) => storageId ?? "none decided");
    return [...new Set(ids)].sort();
  }

  /** The StorageClass if anything needs it, then every volume followed by its claim, by name. */
  objects(): PlannedObject[] {
    const claims = [...this.#byKey.values()].sort((left, right) => left.name < right.name ? -1 : 1);
    if (claims.length === 0) return [];
    return [
      { object: this.#storageClass() },
      ...claims.flatMap((claim) => {
        const common = {
          ...(claim.span === undefined ? {} : { source: claim.span }),
          ...(claim.services.size === 1 ? { service: [...claim.services][0] ?? "" } : {}),
        };
        return [
          { object: this.#persistentVolume(claim), ...common },
          { object: this.#persistentVolumeClaim(claim), ...common },
        ];
      }),
    ];
  }

  #claim(
    key: string,
    wanted: string,
    source: Source,
    { service, decision, span, create, isFound = false }: Asked,
  ): string {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.#use(known, service);
      return known.name;
    }
    const { decisions, namespace } = this.#context;
    const name = this.#names.has(wanted) ? label(`${wanted}-${shortHash(key)}`) : wanted;
    this.#names.add(name);
    const storageId = decision?.storageId ?? decisions.storageId;
    const claim: Claim = {
      name,
      volumeName: label(`${namespace}-${name}`, 200),
      source,
      create,
      isFound,
      ...(storageId === undefined ? {} : { storageId }),
      size: String(decision?.size ?? decisions.storageSize ?? DEFAULT_SIZE),
      ...(span === undefined ? {} : { span }),
      services: new Set(),
    };
    this.#byKey.set(key, claim);
    this.#use(claim, service);
    return name;
  }

  #use(claim: Claim, service: string): void {
    claim.services.add(service);
    const used = this.#byService.get(service) ?? new Set();
    this.#byService.set(service, used.add(claim));
  }

  #className(): string {
    return this.#context.decisions.storageClass ?? DEFAULT_CLASS;
  }

  #storageClass(): KubeObject {
    return {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: this.#className() },
      provisioner: "kubernetes.io/no-provisioner",
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
    };
  }

  #persistentVolume(claim: Claim): KubeObject {
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: {
        name: claim.volumeName,
        ...(claim.isFound ? { annotations: { [PLACE_ANNOTATION]: FOUND } } : {}),
      },
      spec: {
        capacity: { storage: claim.size },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: this.#className(),
        volumeMode: "Filesystem",
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: this.#context.namespace,
          name: claim.name,
        },
        ...sourceOf(claim, this.#context.namespace),
      },
    };
  }

  #persistentVolumeClaim(claim: Claim): KubeObject {
    return {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: claim.name, namespace: this.#context.namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: this.#className(),
        volumeMode: "Filesystem",
        volumeName: claim.volumeName,
        resources: { requests: { storage: claim.size } },
      },
    };
  }
}

/** The part of the `spec` that says where the volume lies. */
function sourceOf(claim: Claim, namespace: string): Record<string, unknown> {
  const { source } = claim;
  if ("path" in source) return nodeDirectory({ ...claim, path: source.path });
  const place = "nfs" in source ? { nfs: source.nfs } : { csi: smbVolume(claim, source, namespace) };
  return {
    ...place,
    ...(source.mountOptions.length === 0 ? {} : { mountOptions: source.mountOptions }),
  };
}

/** As the CSI driver for SMB takes it. */
function smbVolume(
  { volumeName }: Claim,
  { smb, secret }: Extract<Source, { readonly smb: SmbShare }>,
  namespace: string,
): Record<string, unknown> {
  return {
    driver: "smb.csi.k8s.io",
    volumeHandle: volumeName,
    ...(smb.readOnly === true ? { readOnly: true } : {}),
    volumeAttributes: { source: smb.source },
    ...(secret === undefined ? {} : { nodeStageSecretRef: { name: secret, namespace } }),
  };
}
