/** StorageClass, PersistentVolumes and claims: one pair for each host directory, on the path where it lies. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { Volume } from "../../../compose/project.ts";
import { relativePath } from "../../stack/relative_path.ts";
import type { Context } from "../../stack/context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { label, shortHash } from "../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import { DEFAULT_STORAGE_ID, nodeDirectory } from "./node_directory.ts";
import { isCreated, pathOnNode } from "../../stack/storage/places.ts";

const DEFAULT_CLASS = "local-storage";
const DEFAULT_SIZE = "10Gi";

/** A directory of the node, or a share of another machine. */
type Source = { readonly path: string } | { readonly nfs: Readonly<Record<string, unknown>> };

interface Claim {
  readonly name: string;
  readonly volumeName: string;
  readonly source: Source;
  readonly create: boolean;
  /** Where it is decided. */
  readonly storageId?: string;
  readonly size: string;
  readonly span?: Span;
  readonly services: Set<string>;
}

/** The claims of one conversion, growing while services are converted. */
export class Claims {
  readonly #context: Context;
  readonly #byKey = new Map<string, Claim>();
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
  ): string {
    const plain = path.replace(/\/+$/, "") || "/";
    const { project, decisions } = this.#context;
    const onNode = pathOnNode(project, decisions, decision, plain);
    const name = relativePath(project, plain);
    return this.#claim(`path:${onNode}`, label(name), { path: onNode }, service, decision, span);
  }

  /** The claim for a named volume: at Docker's own path, a decided one, or the network share that it names. */
  named(
    key: string,
    volume: Volume,
    service: string,
    decision: StorageDecision | undefined,
    span: Span | undefined,
  ): string {
    return this.#claim(
      `volume:${key}`,
      label(key),
      this.#volumeSource(key, volume, decision),
      service,
      decision,
      span,
    );
  }

  /** Where the directories of a service lie: the storage ids of its local claims. */
  storageIds(service: string): readonly string[] {
    const ids = [...this.#byKey.values()]
      .filter(({ source, services }) => "path" in source && services.has(service))
      .flatMap(({ storageId, create }) => storageId ?? (create ? [] : DEFAULT_STORAGE_ID));
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
    service: string,
    decision: StorageDecision | undefined,
    span: Span | undefined,
  ): string {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.services.add(service);
      return known.name;
    }
    const { decisions, namespace } = this.#context;
    const name = this.#names.has(wanted) ? label(`${wanted}-${shortHash(key)}`) : wanted;
    this.#names.add(name);
    const storageId = decision?.storageId ?? decisions.storageId;
    this.#byKey.set(key, {
      name,
      volumeName: label(`${namespace}-${name}`, 200),
      source,
      create: isCreated(decisions, decision),
      ...(storageId === undefined ? {} : { storageId }),
      size: String(decision?.size ?? decisions.storageSize ?? DEFAULT_SIZE),
      ...(span === undefined ? {} : { span }),
      services: new Set([service]),
    });
    return name;
  }

  #volumeSource(key: string, volume: Volume, decision: StorageDecision | undefined): Source {
    if (decision?.path !== undefined) return { path: decision.path };
    const options = volume.driver_opts ?? {};
    const device = options["device"];
    if (options["type"] === "nfs" && device !== undefined) {
      const server = /(?:^|,)addr=([^,]+)/.exec(options["o"] ?? "")?.[1];
      if (server !== undefined) return { nfs: { server, path: device.replace(/^:/, "") } };
    }
    if (device?.startsWith("/") && /(^|,)r?bind(,|$)/.test(options["o"] ?? "")) {
      return { path: pathOnNode(this.#context.project, this.#context.decisions, undefined, device) };
    }
    const { dockerRoot = "/var/lib/docker", storageRoot } = this.#context.decisions;
    if (storageRoot !== undefined) return { path: `${storageRoot.replace(/\/+$/, "")}/volumes/${key}` };
    const name = volume.name ?? `${this.#context.project.name}_${key}`;
    return { path: `${dockerRoot.replace(/\/+$/, "")}/volumes/${name}/_data` };
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
      metadata: { name: claim.volumeName },
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
        ...("path" in claim.source ? nodeDirectory({ ...claim, path: claim.source.path }) : claim.source),
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
