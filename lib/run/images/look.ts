/** Looks for every image of the planned pods in the engine and on the node. */
import type { Project } from "../../../compose/project.ts";
import type { ClusterClient } from "../../cluster/client.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import type { Engine } from "../../docker/engine.ts";
import { type ImageIdentity, inspectImage } from "../../docker/image_identity.ts";
import type { KubeObject } from "../../kube/object.ts";
import { decided } from "../../stack/context.ts";
import { planImages, type PlannedImage } from "./image_plan.ts";
import { freeBytes } from "./move_images.ts";
import { lookAtNode, type NodeSight } from "./node_images.ts";
import { storedName, tagged, wantedImages } from "./wanted.ts";

/** What is looked at. */
export interface ImageQuestion {
  readonly objects: readonly KubeObject[];
  /** With the names of images that compose gives by itself. */
  readonly project: Project;
  readonly decisions: Decisions;
  readonly environment: Readonly<Record<string, string>>;
  readonly engine?: Engine | undefined;
  readonly client?: ClusterClient | undefined;
}

/** What was seen. */
export interface ImageSight {
  readonly images: readonly PlannedImage[];
  /** Absent where no cluster is named. */
  readonly node?: NodeSight;
  /** Bytes that are free where the node keeps its images; absent where that could not be asked. */
  readonly free?: number;
}

/** @throws EngineError, StoreError, ApiError where one of them stops to answer */
export async function lookAtImages(question: ImageQuestion): Promise<ImageSight> {
  const { objects, project, decisions, environment, engine, client } = question;
  const wanted = wantedImages(objects);
  const references = wanted.map(({ reference }) => reference);
  const node = client === undefined
    ? undefined
    : await lookAtNode(client, objects, references.map(storedName), environment);
  const own = new Map<string, ImageIdentity>();
  for (const reference of engine === undefined ? [] : references) {
    const image = engine === undefined ? undefined : await inspectImage(engine, reference);
    if (image !== undefined) own.set(reference, image);
  }
  const images = planImages(wanted, own, node?.images, {
    built: builtHere(project, decisions),
    fromRegistry: decisions.imagesFrom === "registry",
  });
  // What cannot be brought there is pulled, where a registry has it.
  const told = node === undefined || node.store !== undefined
    ? images
    : images.map((image): PlannedImage =>
      image.state === "move" && !image.isOnlyHere ? { ...image, state: "pull" } : image
    );
  const free = node?.store === undefined ? undefined : await freeBytes(node.store.root);
  return {
    images: told,
    ...(node === undefined ? {} : { node }),
    ...(free === undefined ? {} : { free }),
  };
}

/** Images of services that the files build, or forbid to pull, and for which no other image is decided. */
function builtHere(project: Project, decisions: Decisions): ReadonlySet<string> {
  return new Set(
    Object.values(project.services).flatMap(({ name, image, build, pull_policy: policy = "" }) =>
      image !== undefined && decided(decisions, name).image === undefined &&
        (build !== undefined || /^(never|build)$/.test(policy))
        ? [tagged(image)]
        : []
    ),
  );
}
