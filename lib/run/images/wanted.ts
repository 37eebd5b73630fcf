/** The images that pods are started from, read from the planned objects alone. */
import { type KubeObject, podSpec } from "../../kube/object.ts";
import { list } from "../../values/json.ts";

/** An image that pods name. */
export interface WantedImage {
  /** As pods name it, with the tag that is meant where they name none. */
  readonly reference: string;
  /** Workloads that use it, by name. */
  readonly workloads: readonly string[];
  /** Some pod would ask a registry for it at every start. */
  readonly isPulledAlways: boolean;
  /** No pod would ask a registry for it. */
  readonly isNeverPulled: boolean;
}

/** Each image once, by reference. */
export function wantedImages(objects: readonly KubeObject[]): readonly WantedImage[] {
  const uses = objects.flatMap((object) => {
    const spec = podSpec(object);
    return ["initContainers", "containers"].flatMap((key) => list(spec?.[key])).flatMap((container) => {
      const { image, imagePullPolicy: policy } = container;
      return typeof image === "string"
        ? [{ reference: tagged(image), policy, workload: object.metadata.name }]
        : [];
    });
  });
  return [...Map.groupBy(uses, ({ reference }) => reference)]
    .map(([reference, some]) => ({
      reference,
      workloads: [...new Set(some.map(({ workload }) => workload))].sort(),
      isPulledAlways: some.some(({ policy }) => policy === "Always"),
      isNeverPulled: some.every(({ policy }) => policy === "Never"),
    }))
    .sort((left, right) => left.reference < right.reference ? -1 : 1);
}

/** What Docker and Kubernetes mean by a name without a tag. */
export function tagged(reference: string): string {
  const name = reference.split("@")[0] ?? reference;
  const hasTag = name.lastIndexOf(":") > name.lastIndexOf("/");
  return hasTag || reference.includes("@") ? reference : `${reference}:latest`;
}

/** With its registry, as containerd stores it (distribution/reference, `ParseNormalizedNamed`). */
export function storedName(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (hasRegistry) {
    return reference.replace(/^index\.docker\.io\//, "docker.io/").replace(
      /^docker\.io\/([^/]+)$/,
      "docker.io/library/$1",
    );
  }
  return rest.length === 0 ? `docker.io/library/${reference}` : `docker.io/${reference}`;
}
