/** What is written in place of a Secret: what makes it in the cluster, never its values unless they are asked for. */
import type { KubeObject } from "../kube/object.ts";
import { record } from "../values/json.ts";
import type { RenderOptions } from "./options.ts";

/** What stands in a file, with a comment in front; a template is for a person to fill in. */
export interface WrittenObject {
  readonly object: Readonly<Record<string, unknown>>;
  readonly comment?: string;
  readonly isTemplate?: true;
}

/** The object itself where it is no Secret; undefined where it is left out. */
export function writtenForm(object: KubeObject, options: RenderOptions): WrittenObject | undefined {
  if (object.kind !== "Secret" || options.secrets === "clear") return { object };
  switch (options.secrets) {
    case "omit":
      return undefined;
    case "sealed":
      return sealed(object);
    case "external":
      return external(object, options.secretStore);
    case "sops":
      return sops(object);
  }
}

/** The names of a Secret's values. */
export function keysOf(secret: KubeObject): readonly string[] {
  return [
    ...new Set([
      ...Object.keys(record(secret["data"]) ?? {}),
      ...Object.keys(record(secret["stringData"]) ?? {}),
    ]),
  ];
}

/** https://github.com/bitnami-labs/sealed-secrets: the controller makes the Secret of what only it can read. */
function sealed(secret: KubeObject): WrittenObject {
  const { metadata } = secret;
  const keys = keysOf(secret);
  const place = `--namespace ${metadata.namespace ?? "default"} --name ${metadata.name}`;
  return {
    object: {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: placed(metadata),
      spec: {
        encryptedData: Object.fromEntries(keys.map((key) => [key, "to be sealed"])),
        template: { metadata, type: secret["type"] ?? "Opaque" },
      },
    },
    comment: `Each value is what this prints for it: kubeseal --raw ${place} --from-file=FILE`,
    isTemplate: true,
  };
}

/** https://external-secrets.io: each value is read from a store that the cluster's operator has. */
function external(secret: KubeObject, store: string): WrittenObject {
  const { metadata } = secret;
  const path = `${metadata.namespace ?? "default"}/${metadata.name}`;
  return {
    object: {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: placed(metadata),
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { kind: "ClusterSecretStore", name: store },
        target: {
          name: metadata.name,
          creationPolicy: "Owner",
          template: {
            type: secret["type"] ?? "Opaque",
            ...(metadata.labels === undefined ? {} : { metadata: { labels: metadata.labels } }),
          },
        },
        data: keysOf(secret).map((key) => ({ secretKey: key, remoteRef: { key: path, property: key } })),
      },
    },
    comment: `The store has to have ${path} with these properties`,
  };
}

/** https://getsops.io: an encrypted file; until it is filled in the API server refuses it, as the values are no base64. */
function sops(secret: KubeObject): WrittenObject {
  const { data: _, stringData: __, ...rest } = secret;
  return {
    object: {
      ...rest,
      data: Object.fromEntries(keysOf(secret).map((key) => [key, "<base64 of the value>"])),
    },
    comment: "Fill in the values, then: sops --encrypt --in-place FILE",
    isTemplate: true,
  };
}

function placed({ name, namespace }: KubeObject["metadata"]): Record<string, string> {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
