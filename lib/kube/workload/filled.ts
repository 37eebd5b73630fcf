/** Which mounts Docker fills from the image, and the one remark that says so. */
import type { Mount, Path } from "../../../compose/project.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";
import { type Context, imageOf } from "../../stack/context.ts";
import { knownImage } from "../../stack/known_images.ts";
import { imageDecision } from "../../stack/image_decision.ts";
import { plural } from "../../diagnostics/plural.ts";
import type { ConversionState, DecidedService, FilledNote } from "./conversion_state.ts";
import { startingUid } from "./user.ts";

/**
 * Whether what the image has at the mount's place is copied into its volume where that is empty: Docker does so for
 * volumes, named or not, read-only ones included, and never for binds. Not where compose says `nocopy`, and not where
 * it is known that the image has nothing there, or nothing but a directory that its program takes for itself as root.
 */
export function isFilled(state: ConversionState, subject: DecidedService, mount: Mount, path: Path): boolean {
  const { context } = state;
  const image = imageOf(context.decisions, subject.service);
  if (image === undefined || mount.volume?.nocopy === true) return false;
  if (isEmptyThere(context, subject, image, mount.target)) return false;
  if (context.decisions.podSecurity === "restricted") {
    context.report({
      code: "kube-volume-not-filled",
      severity: "warning",
      message:
        `Volume "${mount.target}" of service "${subject.service.name}" is not filled from its image where it ` +
        'is empty: that needs root, which Pod Security "restricted" refuses',
      ...spanOf(context, path),
      hint: `Fill it by hand, or say that nothing is there: images: { ${yamlText(image)}: { empty: [${
        yamlText(mount.target)
      }] } }`,
    });
    return false;
  }
  const volume = mount.source ?? `${subject.service.name}:${mount.target}`;
  state.filled.push({ volume, image, target: mount.target, ...spanOf(context, path) });
  return true;
}

function isEmptyThere(context: Context, subject: DecidedService, image: string, target: string): boolean {
  const plain = (path: string): string => path.replace(/\/+$/, "");
  const has = (paths: readonly string[] | undefined): boolean =>
    paths?.some((path) => plain(path) === plain(target)) === true;
  const decided = imageDecision(context.decisions, image)?.empty;
  if (decided !== undefined) return has(decided);
  if (has(context.images(image)?.empty)) return true;
  return has(knownImage(image)?.empty) && startingUid(context, subject) === 0;
}

function spanOf({ project }: Context, path: Path): { readonly span?: Span } {
  const span = project.span(path);
  return span === undefined ? {} : { span };
}

/** One remark for all of them. */
export function reportFilled(context: Context, notes: readonly FilledNote[]): void {
  // Several services of one image have the same volume at the same place.
  const [first, ...others] = [
    ...new Map(notes.map((note) => [`${note.volume} ${note.image} ${note.target}`, note] as const)).values(),
  ];
  if (first === undefined) return;
  const related = others.flatMap(({ image, target, span }) =>
    span === undefined ? [] : [{ message: `"${target}" from image "${image}"`, span }]
  );
  context.report({
    code: "kube-volume-filled",
    severity: "info",
    message: `Filled from the image where empty, as Docker does: ${
      plural(others.length + 1, "volume")
    }, such as "${first.target}" from image "${first.image}"`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `Not wanted: volume: { nocopy: true } in the compose file; the image has nothing there: images: { ${
      yamlText(first.image)
    }: { empty: [${yamlText(first.target)}] } }`,
    ...(related.length === 0 ? {} : { related }),
  });
}
