/** Volumes that nobody named: of the compose files, or of the image's own VOLUME lines. */
import type { Project, Service } from "../../compose/project.ts";
import type { StorageDecision } from "../decisions/decisions.ts";
import { type Context, imageOf } from "./context.ts";
import { knownImage } from "./known_images.ts";
import { label, shortHash } from "./names.ts";
import { imageDecision } from "./image_decision.ts";
import { dockerPath } from "./storage/volume_roles.ts";
import { oncePer } from "../values/once_per.ts";
import { plainPath } from "../values/plain_path.ts";

/** Where an anonymous volume lies, and who says so. */
export interface AnonymousPlace {
  readonly path: string;
  /** `decided`; `seen`: the directory that the container has; `new`: one that begins with what the image has. */
  readonly origin: "decided" | "seen" | "new";
}

/**
 * Paths that the image declares and compose mounts nothing on: Docker makes a volume for each, also where something is
 * mounted above it. Decided, else told by an engine, else of the table of known images.
 */
export function imageVolumes(context: Context, service: Service): readonly string[] {
  const image = imageOf(context.decisions, service);
  if (image === undefined) return [];
  const known = context.images(image) === undefined ? knownImage(image) : undefined;
  const declared = imageDecision(context.decisions, image)?.volumes ?? context.images(image)?.volumes ??
    known?.volumes ?? [];
  const taken = new Set([
    ...(service.volumes ?? []).map(({ target }) => plainPath(target)),
    ...(service.tmpfs ?? []).map((text) => plainPath(text.split(":")[0] ?? "")),
  ]);
  // It was pulled when its version was an older one, and the mount is where that one has its volume.
  if (declared === known?.volumes && taken.has(known?.olderVolume ?? "")) return [];
  return declared.filter((path) => !taken.has(plainPath(path)));
}

/**
 * The name of its claim, and of its directory where it has none yet: with a hash where it could be another one's, of a
 * named volume or of a service whose name begins alike.
 */
export function anonymousName({ project }: Context, service: string, target: string): string {
  const name = `${service}-${label(target)}`;
  const { volumes, beginnings } = takenNames(project);
  const isAmbiguous = volumes.has(label(name)) || beginnings.has(service) ||
    beginningsOf(service).some((other) => Object.hasOwn(project.services, other));
  return isAmbiguous ? `${name}-${shortHash(anonymousKey(service, target))}` : name;
}

/** What the volumes of a project are called in the cluster, and what names of services begin with, up to a hyphen. */
const takenNames = oncePer(({ volumes, services }: Project) => ({
  volumes: new Set(Object.keys(volumes).map((key) => label(key))),
  beginnings: new Set(Object.keys(services).flatMap(beginningsOf)),
}));

/** `a` and `a-b` of `a-b-c`. */
function beginningsOf(name: string): readonly string[] {
  return [...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index));
}

/** How it is written under `storage` in `decisions.yaml`. */
export function anonymousKey(service: string, target: string): string {
  return `${service}:${plainPath(target)}`;
}

/** What is decided about it. */
export function anonymousDecision(
  { decisions }: Context,
  service: string,
  target: string,
): StorageDecision | undefined {
  return decisions.storage?.[anonymousKey(service, target)];
}

/** Decided, else the container's own directory, else a new one like that of a named volume. */
export function anonymousPlace(context: Context, service: string, target: string): AnonymousPlace {
  const decided = anonymousDecision(context, service, target)?.path;
  if (decided !== undefined) return { path: decided, origin: "decided" };
  const ofService = Object.entries(context.seen?.volumes[service] ?? {});
  const seen = ofService.find(([path]) => plainPath(path) === plainPath(target))?.[1];
  if (seen !== undefined && context.decisions.storageRoot === undefined) {
    return { path: seen, origin: "seen" };
  }
  return { path: dockerPath(context, anonymousName(context, service, target), {}), origin: "new" };
}
