/** What a pod shows to the registry of its image. */
import { imagesWithLogin } from "../../stack/private_images.ts";
import type { Json } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";

const NAME = "registry-logins";

/**
 * `imagePullSecrets` of a pod: the Secrets that are decided, or one of Docker's own logins to the registries that the
 * stack's images come from, and to no other.
 */
export function pullSecretsOf(
  { context, objects }: ConversionState,
  { service }: DecidedService,
): readonly Json[] {
  const { pullSecrets } = context.decisions;
  if (pullSecrets === undefined || pullSecrets === "none") return [];
  if (pullSecrets !== "docker") return pullSecrets.map((name) => ({ name }));
  const images = imagesWithLogin(context).filter(({ login }) => login.kept === "file");
  if (!images.some((image) => image.service === service.name)) return [];
  const auths = Object.fromEntries(
    images.flatMap(({ login }) => login.kept === "file" ? [[login.key, login.entry] as const] : [])
      .sort(([left], [right]) => left < right ? -1 : 1),
  );
  const content = new TextEncoder().encode(JSON.stringify({ auths }));
  const data = new Map([[".dockerconfigjson", content]]);
  const { name } = objects.add(
    { kind: "Secret", type: "kubernetes.io/dockerconfigjson", name: NAME, data },
    service.name,
  );
  return [{ name }];
}
