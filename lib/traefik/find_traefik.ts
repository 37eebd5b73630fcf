/** Which compose service is Traefik, and where in its container its files lie. */
import type { Mount, Project, Service } from "../../compose/project.ts";
import { textField } from "./static_configuration.ts";
import { readFlags } from "./static_flags.ts";
import { imageVersion } from "./image_version.ts";

/** Traefik in a stack. Paths are those of its container. */
export interface FoundTraefik {
  readonly service: string;
  /** The project's folder: files below it are named from there in messages. */
  readonly directory: string;
  /** From the image's tag, such as `2.7.1` or `3`; absent where the tag does not say. */
  readonly version?: string;
  /** The image has a name of its own, so that nobody knows which version it is. */
  readonly isOwnImage: boolean;
  /** The static file's possible places, the first that exists holds. */
  readonly staticFiles: readonly string[];
  /** By `--configfile`, so that it has to be there. */
  readonly isStaticFileNamed: boolean;
  readonly flags: readonly string[];
  /** The variables that templates and `TRAEFIK_*` see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

/** Finds the service that runs Traefik, by its image, else by how it is configured; undefined where there is none. */
export function findTraefik(project: Project): FoundTraefik | undefined {
  const services = Object.values(project.services);
  const byImage = services.find(({ image }) => isTraefikImage(image));
  const service = byImage ?? services.find(isConfiguredAsTraefik);
  if (service === undefined) return undefined;
  const flags = flagsOf(service);
  const version = byImage === undefined ? undefined : imageVersion(service.image ?? "");
  const named = textField(readFlags(flags), "configfile");
  return {
    service: service.name,
    directory: project.workingDir,
    ...(version === undefined ? {} : { version }),
    isOwnImage: byImage === undefined,
    staticFiles: named === undefined ? STATIC_FILES : [named],
    isStaticFileNamed: named !== undefined,
    flags,
    environment: Object.fromEntries(
      Object.entries(service.environment ?? {}).filter((entry): entry is [string, string] =>
        entry[1] !== null
      ),
    ),
    mounts: service.volumes ?? [],
  };
}

/** Whether an image is Traefik, by its name. */
export function isTraefikImage(image: string | undefined): boolean {
  const name = image?.replace(/@.*$/, "").replace(/:[^/:]*$/, "").split("/").at(-1);
  return name === "traefik" || name === "traefik-ee";
}

/** Options that no other program has: where Traefik listens, and where it learns its routes. */
const OPTION = /^--?(?:entrypoints\.[^.=]+\.address|providers\.(?:docker|swarm|file))(?=[.=]|$)/i;

/** Of an image with a name of its own, such as one that is built beside the compose file. */
function isConfiguredAsTraefik(service: Service): boolean {
  return flagsOf(service).some((flag) => OPTION.test(flag)) ||
    service["build"] !== undefined &&
      (service.volumes ?? []).some(({ target }) => STATIC_FILES.includes(target));
}

function flagsOf(service: Service): string[] {
  const words = [...service.entrypoint ?? [], ...service.command ?? []];
  return words.filter((word, index) => word.startsWith("-") || words[index - 1]?.startsWith("--") === true);
}

/**
 * Where Traefik looks for its static file (pkg/cli/loader_file.go). In the image its home is `/root` and its working
 * directory `/`.
 */
const STATIC_FILES: readonly string[] = ["/etc/traefik/traefik", "/root/.config/traefik", "/traefik"]
  .flatMap((place) => ["toml", "yaml", "yml"].map((extension) => `${place}.${extension}`));
