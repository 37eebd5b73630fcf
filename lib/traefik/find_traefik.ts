/** Which compose service is Traefik, and where on the host its files lie. */
import type { Mount, Project, Service } from "../../compose/project.ts";
import { textField } from "./static_configuration.ts";
import { readFlags } from "./static_flags.ts";
import { isLineOfVersion1 } from "./version_1.ts";

/** Traefik in a stack. Paths are the host's, absolute, as `Mount.source` has them. */
export interface FoundTraefik {
  readonly service: string;
  /** The project's folder: files below it are named from there in messages. */
  readonly directory: string;
  /** From the image's tag, such as `2.7.1` or `3`; absent where the tag does not say. */
  readonly version?: string;
  /** The static file's possible places, the first that exists holds. */
  readonly staticFiles: readonly string[];
  readonly flags: readonly string[];
  /** The variables that templates and `TRAEFIK_*` see. */
  readonly environment: Readonly<Record<string, string>>;
  /** A path in the container as a path on the host; undefined where nothing of the host is mounted there. */
  hostPath(containerPath: string): string | undefined;
}

/** Finds the service that runs Traefik by its image; undefined where there is none. */
export function findTraefik(project: Project): FoundTraefik | undefined {
  const service = Object.values(project.services).find((candidate) => isTraefikImage(candidate.image));
  if (service === undefined) return undefined;
  const flags = flagsOf(service);
  const image = service.image ?? "";
  const version = isLineOfVersion1(image) ? "1" : /:v?(\d+(?:\.\d+)*)/.exec(image)?.[1];
  const hostPath = (path: string): string | undefined => toHost(service.volumes ?? [], path);
  return {
    service: service.name,
    directory: project.workingDir,
    ...(version === undefined ? {} : { version }),
    staticFiles: staticPlaces(flags).flatMap((path) => hostPath(path) ?? []),
    flags,
    environment: Object.fromEntries(
      Object.entries(service.environment ?? {}).filter((entry): entry is [string, string] =>
        entry[1] !== null
      ),
    ),
    hostPath,
  };
}

function isTraefikImage(image: string | undefined): boolean {
  const name = image?.replace(/@.*$/, "").replace(/:[^/:]*$/, "").split("/").at(-1);
  return name === "traefik" || name === "traefik-ee";
}

function flagsOf(service: Service): string[] {
  const words = [...service.entrypoint ?? [], ...service.command ?? []];
  return words.filter((word, index) => word.startsWith("-") || words[index - 1]?.startsWith("--") === true);
}

/**
 * Where Traefik looks for its static file (pkg/cli/loader_file.go, `--configfile`). In the image its home is `/root` and
 * its working directory `/`.
 */
function staticPlaces(flags: readonly string[]): string[] {
  const named = textField(readFlags(flags), "configfile");
  if (named !== undefined) return [named];
  const places = ["/etc/traefik/traefik", "/root/.config/traefik", "/traefik"];
  return places.flatMap((place) => ["toml", "yaml", "yml"].map((extension) => `${place}.${extension}`));
}

function toHost(mounts: readonly Mount[], path: string): string | undefined {
  const candidates = mounts
    .filter((mount) => mount.type === "bind" && mount.source !== undefined)
    .filter(({ target }) => path === target || path.startsWith(target.replace(/\/?$/, "/")))
    .sort((left, right) => right.target.length - left.target.length);
  const [mount] = candidates;
  if (mount?.source === undefined) return undefined;
  const rest = path.slice(mount.target.replace(/\/$/, "").length);
  return mount.source.replace(/\/$/, "") + rest;
}
