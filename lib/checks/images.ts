/** Images whose tag moves, and images that only make sense beside a Docker Engine. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { at, type Context, imageOf, isSkipped } from "../stack/context.ts";
import { imageTag, knownImage } from "../stack/known_images.ts";

const ROLLING =
  /^(latest|stable|edge|main|master|develop(ment)?|dev|nightly|next|beta|alpha|rolling|lts|current|\d+)$/i;

/** A pod that is rescheduled may pull another program than the one that ran before. */
export function checkImageTags(context: Context): void {
  const rolling = Object.values(context.project.services).flatMap((service) => {
    const image = imageOf(context.decisions, service);
    if (image === undefined || isLeftOut(context, service.name)) return [];
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
    hint: "Pin the version that runs now: docker inspect --format '{{index .RepoDigests 0}}' IMAGE",
    ...(related.length === 0 ? {} : { related }),
  };
  context.report(finding);
}

/** Carried as they are, but what they look at is not there. */
export function checkDockerOnly(context: Context): void {
  for (const service of Object.values(context.project.services)) {
    const image = imageOf(context.decisions, service);
    const why = image === undefined ? undefined : knownImage(image)?.dockerOnly;
    if (why === undefined || isLeftOut(context, service.name)) continue;
    context.report({
      code: "kube-docker-only",
      severity: "warning",
      message: `Service "${service.name}" is made for a Docker host: ${why}`,
      ...at(context.project, ["services", service.name, "image"]),
      hint:
        `Replace it by its counterpart for Kubernetes, and leave it out: services: { ${service.name}: { skip: "..." } }`,
    });
  }
}

function isLeftOut(context: Context, service: string): boolean {
  return isSkipped(context.decisions, service) || service === context.routing.traefikService;
}
