/** Images of registries that this machine is logged in to: a pod has no login of Docker's. */
import { at, type Context } from "../stack/context.ts";
import { imagesWithLogin, type PrivateImage } from "../stack/private_images.ts";

/** Asks once whether the logins are taken along; where they are, says which are not in Docker's file. */
export function checkRegistryLogins(context: Context): void {
  const { pullSecrets } = context.decisions;
  const images = imagesWithLogin(context);
  if (pullSecrets === undefined) {
    ask(context, images);
    return;
  }
  if (pullSecrets !== "docker") return;
  for (const [host, [first]] of Map.groupBy(images, (image) => image.host)) {
    if (first === undefined || first.login.kept === "file") continue;
    const { login } = first;
    context.report({
      code: "kube-registry-login",
      severity: "warning",
      message:
        `The login to "${host}" for image "${first.image}" of service "${first.service}" is not copied: ${
          login.kept === "helper"
            ? `it is kept by the helper "docker-credential-${login.helper}"`
            : "it is a token that only Docker uses"
        }`,
      ...at(context.project, ["services", first.service, "image"]),
      hint: "Create a Secret with kubectl create secret docker-registry NAME, and decide pullSecrets: [NAME]",
    });
  }
}

function ask(context: Context, images: readonly PrivateImage[]): void {
  const [first, ...others] = images;
  if (first === undefined) return;
  const related = others.flatMap(({ service, image }) => {
    const span = context.project.span(["services", service, "image"]);
    return span === undefined ? [] : [{ message: `Image "${image}" of service "${service}"`, span }];
  });
  context.report({
    code: "kube-registry-login",
    severity: "question",
    message: `Docker is logged in to "${first.host}", from where image "${first.image}" of service ` +
      `"${first.service}" comes; until decided it is pulled without a login`,
    ...at(context.project, ["services", first.service, "image"]),
    hint: "To copy Docker's login to a Secret: pullSecrets: docker; if the node has its own " +
      "(registries.yaml): pullSecrets: none",
    ...(related.length === 0 ? {} : { related }),
  });
}
