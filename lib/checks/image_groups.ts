/**
 * Further groups from an image's `/etc/group`. Docker gives them to a user that is named alone, and none where the group is
 * named with it (`1000:1000`); a pod gets them in both cases, unless its `supplementalGroupsPolicy` is `Strict`.
 * https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#supplementalgroupspolicy
 */
import type { Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { at, type Context, decided, imageOf, isSkipped } from "../stack/context.ts";
import { knownImage } from "../stack/known_images.ts";
import { imageDecision } from "../stack/image_decision.ts";
import { yamlWord } from "../diagnostics/yaml_word.ts";

/** One remark for all services whose programs may be in more groups than before. */
export function checkImageGroups(context: Context): void {
  const found = Object.values(context.project.services).flatMap((service) => {
    const user = userWithGroup(context, service);
    return user === undefined ? [] : [{ service, ...user }];
  });
  const [first, ...others] = found;
  if (first === undefined) return;
  const related = others.flatMap(({ service, user, span }) =>
    span === undefined ? [] : [{ message: `User "${user}" of service "${service.name}"`, span }]
  );
  context.report({
    code: "kube-image-groups",
    severity: "info",
    message: `User "${first.user}" of service "${first.service.name}"${
      others.length === 0 ? "" : ` and of ${others.length} more`
    } is also in the further groups that /etc/group of the image has for it; in Docker it has only the group beside it`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint: `As in Docker, where the nodes have containerd 2: services: { ${
      yamlWord(first.service.name)
    }: { supplementalGroupsPolicy: Strict } }`,
    ...(related.length === 0 ? {} : { related }),
  });
}

/** The user that a program starts as, where its group stands beside it; root may do everything anyway. */
function userWithGroup(context: Context, service: Service): { user: string; span?: Span } | undefined {
  const { decisions, project } = context;
  const decision = decided(decisions, service.name);
  if (isSkipped(decisions, service.name) || decision.supplementalGroupsPolicy === "Strict") return undefined;
  const image = imageOf(decisions, service) ?? "";
  const written = decision.user ?? service.user;
  const user = String(
    written ?? imageDecision(decisions, image)?.user ?? context.images(image)?.user ??
      knownImage(image)?.user ?? "",
  );
  const [name = "", group = ""] = user.split(":");
  if (group === "" || name === "root" || name === "0") return undefined;
  const key = decision.user === undefined && service.user !== undefined ? "user" : "image";
  return { user, ...at(project, ["services", service.name, key]) };
}
