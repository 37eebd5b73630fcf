/** What is worth saying of images before pods are started from them. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { plural } from "../../diagnostics/plural.ts";
import type { PlannedImage } from "./image_plan.ts";
import type { ImageSight } from "./look.ts";

/** @param hasEngine whether an engine was asked: without one nothing is known of what is only there */
export function imageFindings({ images, node }: ImageSight, hasEngine: boolean): readonly Diagnostic[] {
  return [
    ...images.filter(({ isPulledAlways, isOnlyHere, id }) => isPulledAlways && isOnlyHere && id !== undefined)
      .map(pulledAlways),
    ...(hasEngine ? nowhere(images) : []),
    ...images.filter(({ state }) => state === "other").map(differs),
    ...(node === undefined || node.store !== undefined ? [] : byHand(images, node)),
  ];
}

function pulledAlways({ reference, workloads }: PlannedImage): Diagnostic {
  return {
    code: "run-image-always",
    severity: "warning",
    message:
      `Image "${reference}" of ${names(workloads)} is pulled at every start (pull_policy: always), and no ` +
      "registry is known to have it: its pods will not start",
    hint:
      "Remove pull_policy, and the image is moved; or push it, and decide: services: { NAME: { image: REGISTRY/NAME:TAG } }",
  };
}

/** A run keeps what the node has: once a service has moved, the engine's is the older one. */
function differs({ reference, workloads }: PlannedImage): Diagnostic {
  return {
    code: "run-image-differs",
    severity: "warning",
    message: `The node has another image "${reference}" than the engine; the pods of ${
      names(workloads)
    } start from the node's`,
    hint:
      "To give the node the engine's: `deno task images`; pods that run already go on with the one before " +
      "until kubectl rollout restart",
  };
}

function nowhere(images: readonly PlannedImage[]): readonly Diagnostic[] {
  const found = images.filter(({ state }) => state === "nowhere");
  const [first] = found;
  if (first === undefined) return [];
  return [{
    code: "run-image-nowhere",
    severity: "warning",
    message: `The engine does not have ${
      found.map(({ reference }) => `"${reference}"`).join(", ")
    }, nor is the node or a registry known to; the pods of ${
      names(found.flatMap(({ workloads }) => workloads))
    } would not start`,
    hint: "Build what is built here: docker compose build",
  }];
}

/** Where this run cannot write to the node's store, somebody who can is told how. */
function byHand(
  images: readonly PlannedImage[],
  { why, command }: NonNullable<ImageSight["node"]>,
): readonly Diagnostic[] {
  const found = images.filter(({ state, isOnlyHere }) => state === "move" && isOnlyHere);
  if (found.length === 0 || why === undefined) return [];
  return [{
    code: "run-image-by-hand",
    severity: "warning",
    message: `${
      plural(found.length, "image")
    } that only the engine has cannot be moved from here, as ${why}: ${
      found.map(({ reference }) => `"${reference}"`).join(", ")
    }`,
    hint: found.map(({ reference }) => command(reference)).join("\n"),
  }];
}

function names(workloads: readonly string[]): string {
  return [...new Set(workloads)].map((name) => `"${name}"`).join(", ");
}
