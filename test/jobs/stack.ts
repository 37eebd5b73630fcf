/** Small conversions for tests of jobs: services with Secrets that hold given variables. */
import { Digests } from "../../lib/kube/digests.ts";
import type { Conversion, ConvertedService } from "../../lib/kube/conversion.ts";
import type { PlannedObject } from "../../lib/kube/object.ts";

/** Service name to its image and its secret variables. */
export type SmallStack = Readonly<
  Record<string, { readonly image?: string; readonly secrets?: Readonly<Record<string, string>> }>
>;

/** The conversion of such a stack, in namespace `faf`. */
export function smallConversion(stack: SmallStack): Conversion {
  const services = new Map(
    Object.entries(stack).map((
      [name, { image, secrets }],
    ) => [name, serviceOf(name, image ?? name, secrets ?? {})]),
  );
  return {
    namespace: "faf",
    digests: new Digests(),
    services,
    namespaces: [],
    storage: [],
    neighbours: [],
    isolated: false,
    clusterNames: { objects: [], hosts: new Set() },
    configuration: [...services.values()].flatMap(({ configuration }) => configuration),
    secrets: new Map(),
    ports: new Map(),
    traefik: [],
    usesNewerTraefik: false,
    front: [],
    scheduled: [],
    routes: [],
    findings: [],
  };
}

function serviceOf(name: string, image: string, secrets: Readonly<Record<string, string>>): ConvertedService {
  const secret: PlannedObject = {
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `${name}-env`, namespace: "faf" },
      data: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, base64(value)])),
    },
  };
  return {
    name,
    kind: "Deployment",
    image,
    variables: new Map(
      Object.entries(secrets).map(([key, value]) => [
        key,
        { kind: "Secret", name: `${name}-env`, key, value: new TextEncoder().encode(value) },
      ]),
    ),
    role: "application",
    workload: [{
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "faf" },
        spec: {
          template: {
            spec: { containers: [{ name, image, envFrom: [{ secretRef: { name: `${name}-env` } }] }] },
          },
        },
      },
    }],
    network: [],
    configuration: [secret],
    routes: [],
    dependsOn: [],
  };
}

export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
