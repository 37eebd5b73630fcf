/** Which images of a stack come from registries that this machine is logged in to. */
import { type Context, imageOf, isSkipped } from "./context.ts";
import { HUB, type RegistryLogin, registryOf } from "./registry_logins.ts";

/** One image with the login that this machine has for its registry. */
export interface PrivateImage {
  readonly service: string;
  readonly image: string;
  readonly host: string;
  readonly login: RegistryLogin;
}

/** Images that are pulled, from registries that this machine is logged in to; official ones need no login. */
export function imagesWithLogin(context: Context): readonly PrivateImage[] {
  const { project, decisions, logins, routing } = context;
  return Object.values(project.services).flatMap((service): PrivateImage[] => {
    const image = imageOf(decisions, service);
    if (
      image === undefined || isSkipped(decisions, service.name) || service.name === routing.traefikService
    ) {
      return [];
    }
    const isPulled = service.build === undefined && !/^(never|build)$/.test(service.pull_policy ?? "");
    const host = registryOf(image);
    const isOfficial = host === HUB &&
      !image.replace(/^docker\.io\//, "").replace(/^library\//, "").includes("/");
    const login = logins?.byHost.get(host);
    return !isPulled || isOfficial || login === undefined
      ? []
      : [{ service: service.name, image, host, login }];
  });
}
