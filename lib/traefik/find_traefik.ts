/** Which compose service is Traefik, and where in its container its files lie. */
import type { Mount, Project, Service } from "../../compose/project.ts";
import { textField } from "./static_configuration.ts";
import { readFlags } from "./static_flags.ts";
import { isLineOfVersion1 } from "./version_1.ts";

/** Traefik in a stack. Paths are those of its container. */
export interface FoundTraefik {
  readonly service: string;
  /** The project's folder: files below it are named from there in messages. */
  readonly directory: string;
  /** From the image's tag, such as `2.7.1` or `3`; absent where the tag does not say. */
  readonly version?: string;
  /** The static file's possible places, the first that exists holds. */
  readonly staticFiles: readonly string[];
  /** By `--configfile`, so that it has to be there. */
  readonly isStaticFileNamed: boolean;
  readonly flags: readonly string[];
  /** The variables that templates and `TRAEFIK_*` see. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

/** Finds the service that runs Traefik by its image; undefined where there is none. */
export function findTraefik(project: Project): FoundTraefik | undefined {
  const service = Object.values(project.services).find((candidate) => isTraefikImage(candidate.image));
  if (service === undefined) return undefined;
  const flags = flagsOf(service);
  const image = service.image ?? "";
  const version = isLineOfVersion1(image) ? "1" : /:v?(\d+(?:\.\d+)*)/.exec(image)?.[1];
  const named = textField(readFlags(flags), "configfile");
  return {
    service: service.name,
    directory: project.workingDir,
    ...(version === undefined ? {} : { version }),
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
