/** Images whose tag moves, and images that only make sense beside a Docker Engine. */
import type { Service } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { at, type Context, decided, imageOf, isSkipped } from "../stack/context.ts";
import { imageTag, knownImage } from "../stack/known_images.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

const ROLLING =
  /^(latest|stable|edge|main|master|develop(ment)?|dev|nightly|next|beta|alpha|rolling|lts|current|\d+)$/i;

/** A name with host, path, tag and digest: https://github.com/distribution/reference, as engines and kubelets read it. */
const REFERENCE =
  /^(?:(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-zA-Z][a-zA-Z0-9+._-]*:[0-9a-fA-F]{32,})?$/;

/** Docker refuses such a name when it makes the container, and a kubelet when it starts the pod; both take the files. */
export function checkImageNames(context: Context): void {
  const wrong = Object.values(context.project.services).flatMap((service) => {
    const image = imageOf(context.decisions, service);
    return image === undefined || REFERENCE.test(image) || isLeftOut(context, service.name)
      ? []
      : [{ service: service.name, image, ...at(context.project, ["services", service.name, "image"]) }];
  });
  for (const [image, [first, ...others]] of Map.groupBy(wrong, (one) => one.image)) {
    if (first === undefined) continue;
    const related = others.flatMap(({ service, span }) =>
      span === undefined ? [] : [{ message: `Image "${image}" of service "${service}"`, span }]
    );
    context.report({
      code: "kube-image-name",
      severity: "warning",
      message:
        `Image "${image}" of service "${first.service}" has a name that neither Docker nor a node accepts`,
      ...(first.span === undefined ? {} : { span: first.span }),
      hint: image.endsWith(":")
        ? "Its tag is empty: set the tag's variable in the .env file"
        : "Write it as registry.example/name:tag, in lower case",
      ...(related.length === 0 ? {} : { related }),
    });
  }
}

/** A pod that is rescheduled may pull another program than the one that ran before. */
export function checkImageTags(context: Context): void {
  const rolling = Object.values(context.project.services).flatMap((service) => {
    const image = imageOf(context.decisions, service);
    const isBuilt = service.build !== undefined &&
      decided(context.decisions, service.name).image === undefined;
    if (image === undefined || isBuilt || isLeftOut(context, service.name)) return [];
    const tag = imageTag(image);
    return tag === undefined || ROLLING.test(tag)
      ? [{ service: service.name, image, ...at(context.project, ["services", service.name, "image"]) }]
      : [];
  });
  const [first, ...others] = rolling;
  if (first === undefined) return;
  const related = others.flatMap(({ service, image, span }) =>
    span === undefined ? [] : [{ message: `Image "${image}" of service "${service}"`, span }]
  );
  const finding: Diagnostic = {
    code: "kube-rolling-tag",
    severity: "warning",
    message: rolling.length === 1
      ? `Image "${first.image}" of service "${first.service}" has no fixed version`
      : `${rolling.length} images have no fixed version, such as "${first.image}" of service "${first.service}"`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint:
      "Pin the version that runs now, or give an image that was built here a tag of its own; look with: docker image ls --digests",
    ...(related.length === 0 ? {} : { related }),
  };
  context.report(finding);
}

/**
 * One question for images that no registry may have: built here, never pulled, or told by an engine to be only there. By
 * default the node has them, as the engine has them now. The line that changes it is for all services of the first
 * image: another one has another name, and is asked for in its turn.
 */
export function checkLocalImages(context: Context): void {
  const local = Object.values(context.project.services).flatMap((service) => {
    const decidedImage = decided(context.decisions, service.name).image;
    if (service.image === undefined || decidedImage !== undefined || isLeftOut(context, service.name)) {
      return [];
    }
    const isNever = /^(never|build)$/.test(service.pull_policy ?? "");
    const isLocal = service.build !== undefined || isNever || context.images(service.image)?.isLocal === true;
    const key = service.build !== undefined ? "build" : isNever ? "pull_policy" : "image";
    return isLocal ? [{ service, ...at(context.project, ["services", service.name, key]) }] : [];
  });
  const [first, ...others] = local;
  if (first === undefined) return;
  const related = others.flatMap(({ service, span }) =>
    span === undefined ? [] : [{ message: `Image "${service.image}" of service "${service.name}"`, span }]
  );
  const images = Map.groupBy(local.map(({ service }) => service), ({ image }) => image);
  context.report({
    code: "kube-image-local",
    severity: "question",
    message: `Built here and in no known registry: ${byImage(images)}; the node is taken to have ${
      images.size === 1 ? "it" : "them"
    }`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: "On one node: docker compose build, and migrate moves the images there (deno task images)\n" +
      `Or push ${images.size === 1 ? "it" : "each, as the first"}: services: { ${
        (images.get(first.service.image) ?? [])
          .map(({ name }) => `${yamlWord(name)}: { image: REGISTRY/NAME:TAG }`).join(", ")
      } }`,
    ...(related.length === 0 ? {} : { related }),
  });
}

/** `image "shop/php:2" of services "web", "cron"`, each image once. */
function byImage(images: ReadonlyMap<string | undefined, readonly Service[]>): string {
  return [...images].map(([image, users]) =>
    `image "${image}" of service${users.length === 1 ? "" : "s"} ${
      users.map(({ name }) => `"${name}"`).join(", ")
    }`
  ).join(", ");
}

/** Carried as they are, but what they look at is not there. */
export function checkDockerOnly(context: Context): void {
  for (const service of Object.values(context.project.services)) {
    const image = imageOf(context.decisions, service);
    const known = image === undefined ? undefined : knownImage(image);
    const why = known?.seesMachine === true && hasMachine(service) ? undefined : known?.dockerOnly;
    if (why === undefined || isLeftOut(context, service.name)) continue;
    context.report({
      code: "kube-docker-only",
      severity: "warning",
      message: `Service "${service.name}" is made for a Docker host: ${why}`,
      ...at(context.project, ["services", service.name, "image"]),
      hint: `Replace it by its counterpart for Kubernetes, and leave it out: services: { ${
        yamlWord(service.name)
      }: { skip: "..." } }`,
    });
  }
}

/** Its processes, or its files from the root or from `/proc` on. */
function hasMachine({ pid, volumes = [] }: Service): boolean {
  return pid === "host" ||
    volumes.some(({ type, source }) => type === "bind" && (source === "/" || source === "/proc"));
}

function isLeftOut(context: Context, service: string): boolean {
  return isSkipped(context.decisions, service) || service === context.routing.traefikService;
}
