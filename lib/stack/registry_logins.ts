/** Logins to registries as Docker keeps them on a machine. */

/** How Docker keeps one login: in its file, or with a helper that gives it to Docker alone. */
export type RegistryLogin =
  | { readonly kept: "file"; readonly key: string; readonly entry: Readonly<Record<string, string>> }
  | { readonly kept: "helper"; readonly helper: string }
  | { readonly kept: "token" };

/** The logins of one `config.json`, by the registry's host. */
export interface RegistryLogins {
  readonly file: string;
  readonly byHost: ReadonlyMap<string, RegistryLogin>;
}

export const HUB = "docker.io";

/** The host of an image's registry; Docker Hub where the name says none. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first.toLowerCase() : HUB;
}

/** The host that a key of `auths` or `credHelpers` means: `https://index.docker.io/v1/` is Docker Hub. */
export function hostOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "").toLowerCase();
  return /^((index|registry-1)\.)?docker\.io$/.test(host) ? HUB : host;
}
