/** Where Traefik keeps its certificates: a volume on a directory of the node, and the chart's values that use it. */
import type { KubeObject } from "../object.ts";
import { nodeDirectory } from "../storage/node_directory.ts";
import { type Resolver, storageDirectory, storageFiles } from "./certificate_resolvers.ts";
import { compact } from "./context.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";

/** The volume and its claim; and the Secret with the stack's own `acme.json`. All in Traefik's namespace. */
export const acmeName = "traefik-acme";

/** The user that the chart runs Traefik as. */
export const USER = 65532;

/**
 * The volume of the Traefik that k3s brings. It names its directory, as nothing in such a cluster has to make one:
 * k3s's own provisioner is off, and its paths would have random parts.
 */
export function acmeVolume(decisions: TraefikDecisions): readonly KubeObject[] {
  const { namespace, storageId, storageSize: storage, storageDirectory: path } = decisions;
  const common = { accessModes: ["ReadWriteOnce"], storageClassName: "", volumeMode: "Filesystem" };
  return [{
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: acmeName },
    spec: {
      ...common,
      capacity: { storage },
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: acmeName },
      ...nodeDirectory({ path, create: true, storageId }),
    },
  }, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: acmeName, namespace },
    spec: { ...common, volumeName: acmeName, resources: { requests: { storage } } },
  }];
}

/** The certificates that the stack has, to be carried over: the content of each file on the volume, by its name there. */
export type CarriedAcme = ReadonlyMap<string, string>;

/**
 * The chart's values for it. One replica, as ACME's storage is not shared. An init container brings the stack's
 * certificates and gives the files to Traefik's user, because Traefik refuses them unless their mode is 0600.
 */
export function acmeValues(
  { mode, storageSize, helperImage }: TraefikDecisions,
  resolvers: readonly Resolver[],
  carried: CarriedAcme,
): Record<string, unknown> {
  const files = [...new Set(storageFiles(resolvers).values())];
  const prepare = files.flatMap((path) => {
    const file = shellWord(path);
    const name = baseName(path);
    const carry = carried.has(name) ? [`[ -s ${file} ] || cp ${shellWord(`/carried/${name}`)} ${file}`] : [];
    return [...carry, `touch ${file}`, `chmod 600 ${file}`, `chown ${USER}:${USER} ${file}`];
  });
  const carriesAcme = carried.size > 0;
  const claim = mode === "bundled"
    ? { existingClaim: acmeName }
    : { accessMode: "ReadWriteOnce", size: storageSize };
  return {
    persistence: { enabled: true, name: "data", ...claim, path: storageDirectory },
    podSecurityContext: {
      fsGroup: USER,
      fsGroupChangePolicy: "OnRootMismatch",
      runAsGroup: USER,
      runAsNonRoot: true,
      runAsUser: USER,
    },
    updateStrategy: { type: "Recreate", rollingUpdate: null },
    deployment: compact({
      replicas: 1,
      additionalVolumes: carriesAcme ? [{ name: "carried", secret: { secretName: acmeName } }] : undefined,
      initContainers: [{
        name: "certificates",
        image: helperImage,
        command: ["sh", "-c", ["set -e", `chown ${USER}:${USER} ${storageDirectory}`, ...prepare].join("; ")],
        // A directory that the kubelet makes is root's.
        securityContext: {
          runAsUser: 0,
          runAsGroup: 0,
          runAsNonRoot: false,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
        },
        volumeMounts: [
          { name: "data", mountPath: storageDirectory },
          ...(carriesAcme ? [{ name: "carried", mountPath: "/carried", readOnly: true }] : []),
        ],
      }],
    }),
  };
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
