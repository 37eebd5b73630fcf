/** The part `traefik:` of `decisions.yaml`: what the stack does not say about the Traefik of the cluster. */
import { z } from "zod";

const objectName = z.string().regex(
  /^[a-z]([-a-z0-9]{0,13}[a-z0-9])?$/,
  "expected at most 15 lower-case characters",
);

const entryPoint = z.strictObject({
  name: objectName.optional().describe("Its name in the cluster, such as websecure"),
  tls: z.boolean().optional().describe("Whether routers without TLS of their own are served by TLS on it"),
  certResolver: z.string().optional().describe("The certificate resolver for routers that name none"),
});

const secretName = z.string().regex(
  /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  "expected the name of a Secret in the stack's namespace",
);

const defaultCertificate = z.strictObject({ secret: secretName }).or(
  z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }),
);

/** `traefik:` as the file has it; everything may be left out. */
export const traefikDecisionsSchema = z.strictObject({
  mode: z.enum(["bundled", "external"]).optional().describe(
    "bundled: the Traefik that k3s brings, configured here; external: a Traefik of one's own",
  ),
  from: z.string().min(1).optional().describe(
    "The folder of the project that has the Traefik, from this stack's folder, such as ../traefik",
  ),
  version: z.string().regex(/^\d+\.\d+(\.\d+)?$/).optional().describe(
    "The version that the cluster runs, such as 3.6.7, where no cluster is asked; an older one goes without what is newer",
  ),
  namespace: z.string().optional().describe(
    "Where the cluster's Traefik runs; kube-system for the bundled one",
  ),
  entryPoints: z.record(z.string(), z.union([objectName, entryPoint])).optional().describe(
    "By the name that the stack's static configuration gives them",
  ),
  keepVersion2: z.boolean().optional().describe(
    "Keep what Traefik 2 did where Traefik 3 differs: forceSlash, gzip alone, content types, semicolons",
  ),
  acme: z.boolean().optional().describe(
    "false: no certificate is fetched; what is served by TLS has the default certificate",
  ),
  defaultCertificate: defaultCertificate.optional().describe(
    "Served where no other fits: a Secret of type kubernetes.io/tls, or files beside this file or in the stack",
  ),
  sniStrict: z.boolean().optional().describe(
    "Whether names without a certificate are refused, in place of what the stack's TLS options say",
  ),
  storageId: z.string().optional().describe("The node that keeps acme.json, by its label storage-id"),
  storageSize: z.string().optional().describe("Of the volume for acme.json"),
  storageDirectory: z.string().startsWith("/").optional().describe(
    "Of the node, for acme.json of the bundled Traefik; made where it is missing. Default: /var/lib/traefik",
  ),
  logFiles: z.enum(["node", "stdout"]).optional().describe(
    "node: logs that Traefik wrote to a mounted directory go there, too; stdout: to its standard output. Default: node",
  ),
  externalNames: z.boolean().optional().describe(
    "Whether Traefik may lead to names outside of the cluster; default: where a route does, or other projects share it",
  ),
  helperImage: z.string().optional().describe("A small image with sh and cp, for init containers"),
});

export type TraefikDecisionValues = z.infer<typeof traefikDecisionsSchema>;

/** An entry point's decision in full. */
export interface EntryPointDecision {
  readonly name?: string;
  readonly tls?: boolean;
  readonly certResolver?: string;
}

/** The decisions in force, defaults filled in. */
export interface TraefikDecisions {
  readonly mode: "bundled" | "external";
  /** Decided, else assumed: what the cluster runs where it cannot be asked. */
  readonly version: string;
  readonly isVersionDecided: boolean;
  readonly namespace: string;
  readonly entryPoints: Readonly<Record<string, EntryPointDecision>>;
  readonly keepVersion2: boolean;
  /** Whether certificates are fetched. */
  readonly acme: boolean;
  readonly defaultCertificate?: z.infer<typeof defaultCertificate>;
  readonly sniStrict?: boolean;
  readonly storageId?: string;
  readonly storageSize: string;
  /** Where the bundled Traefik keeps acme.json on the node. */
  readonly storageDirectory: string;
  /** Whether logs that were written to a mounted directory of the machine are written there by the cluster's Traefik. */
  readonly logFiles: "node" | "stdout";
  /** Whether routes may lead to Services of type ExternalName, where that is decided. */
  readonly externalNames?: boolean;
  readonly helperImage: string;
}

/**
 * Fills in the defaults.
 *
 * @param storageId the node that keeps the stack's data: it keeps certificates as well, unless decided otherwise
 */
export function traefikDecisions(values: TraefikDecisionValues = {}, storageId?: string): TraefikDecisions {
  const node = values.storageId ?? storageId;
  const entryPoints = Object.entries(values.entryPoints ?? {}).map((
    [name, value],
  ): [string, EntryPointDecision] => [
    name,
    typeof value === "string" ? { name: value } : {
      ...(value.name === undefined ? {} : { name: value.name }),
      ...(value.tls === undefined ? {} : { tls: value.tls }),
      ...(value.certResolver === undefined ? {} : { certResolver: value.certResolver }),
    },
  ]);
  return {
    mode: values.mode ?? "bundled",
    version: values.version ?? "3.6.7",
    isVersionDecided: values.version !== undefined,
    namespace: values.namespace ?? "kube-system",
    entryPoints: Object.fromEntries(entryPoints),
    keepVersion2: values.keepVersion2 ?? true,
    acme: values.acme ?? true,
    ...(values.defaultCertificate === undefined ? {} : { defaultCertificate: values.defaultCertificate }),
    ...(values.sniStrict === undefined ? {} : { sniStrict: values.sniStrict }),
    ...(node === undefined ? {} : { storageId: node }),
    storageSize: values.storageSize ?? "128Mi",
    storageDirectory: values.storageDirectory ?? "/var/lib/traefik",
    logFiles: values.logFiles ?? "node",
    ...(values.externalNames === undefined ? {} : { externalNames: values.externalNames }),
    helperImage: values.helperImage ?? "busybox:1.37",
  };
}

/** Whether a version is at least another: `isAtLeast("3.6.7", "3.6")`. */
export function isAtLeast(version: string, wanted: string): boolean {
  const left = version.split(".").map(Number);
  const right = wanted.split(".").map(Number);
  for (const [index, number] of right.entries()) {
    const difference = (left[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Whether an image's tag is older than a version; a short tag such as `2.7` is the newest of its line. */
export function isOlder(tag: string, wanted: string): boolean {
  const left = tag.split(".").map(Number);
  for (const [index, number] of wanted.split(".").map(Number).entries()) {
    const difference = (left[index] ?? Infinity) - number;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
