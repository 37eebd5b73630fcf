/** Logs that the stack's Traefik writes to files: on the node as before where the file was mounted from there. */
import { basename, dirname } from "node:path";
import type { Mount, Project } from "../../../compose/project.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import type { TraefikDecisions } from "../../decisions/traefik.ts";
import type { Routing } from "../../traefik/routing.ts";
import { textField } from "../../traefik/static_configuration.ts";
import type { VolumeValues } from "./chart_volumes.ts";
import { belowMount, holdingMount } from "./holding_mount.ts";

/** A log with the path of its file in Traefik's container. */
export interface LogFile {
  readonly name: "accessLog" | "log";
  readonly path: string;
  /** Services that have the directory of the file mounted. */
  readonly readers: readonly string[];
  /** What of the node the cluster's Traefik writes it to; absent: to its standard output. */
  readonly mount?: LogMount;
}

/** A directory or file of the node, and where the cluster's Traefik has it. */
interface LogMount {
  readonly source: string;
  /** Below a folder of its own: what else lies in the directory, such as a configuration, must not be found by Traefik. */
  readonly target: string;
  /** The file in it. */
  readonly path: string;
}

/** Where no chart mounts anything, and Traefik looks for nothing. */
const FOLDER = "/compose-ferry/logs";

/** Where a mount lies on the node; `undefined` of what lies elsewhere. */
export type DirectoryOf = (mount: Mount) => string | undefined;

interface LogInput {
  readonly routing: Routing;
  readonly project: Project;
  readonly decisions: TraefikDecisions;
  readonly directoryOf: DirectoryOf;
}

/** The log files of the static configuration, who may read them, and where they are written. */
export function logFiles({ routing, project, decisions, directoryOf }: LogInput): readonly LogFile[] {
  const { static: fixed, traefikService } = routing;
  const mounts = project.services[traefikService ?? ""]?.volumes ?? [];
  return (["accessLog", "log"] as const).flatMap((name): LogFile[] => {
    const path = textField(fixed?.fields, name, "filePath");
    if (path === undefined) return [];
    const holding = holdingMount(mounts, path);
    const readers = Object.values(project.services).filter((service) =>
      holding?.source !== undefined && service.name !== traefikService &&
      service.volumes?.some(({ source }) => source === holding.source)
    );
    const mount = holding && decisions.logFiles === "node"
      ? mountOf(path, holding, mounts.indexOf(holding), directoryOf)
      : undefined;
    return [{
      name,
      path,
      readers: readers.map((service) => service.name),
      ...(mount === undefined ? {} : { mount }),
    }];
  });
}

function mountOf(path: string, mount: Mount, index: number, directoryOf: DirectoryOf): LogMount | undefined {
  const source = mount.read_only === true ? undefined : directoryOf(mount);
  if (source === undefined) return undefined;
  const below = belowMount(mount, path);
  const folder = `${FOLDER}/${index}`;
  return below === ""
    ? { source, target: `${folder}/${basename(path)}`, path: `${folder}/${basename(path)}` }
    : { source, target: folder, path: `${folder}${below}` };
}

/** Arguments with the files' paths in the cluster, and without those that are not on the node. */
export function withLogFiles(argument: string, files: readonly LogFile[]): readonly string[] {
  const [, section] = /^--(log|accesslog)\.filepath=/i.exec(argument) ?? [];
  const file = files.find(({ name }) => name.toLowerCase() === section?.toLowerCase());
  if (file === undefined) return [argument];
  if (file.mount !== undefined) return [`--${section}.filepath=${file.mount.path}`];
  return file.name === "accessLog" ? ["--accesslog=true"] : [];
}

/**
 * Volumes for the directories, and an init container that gives the files to Traefik's user: in Docker it was root. The
 * directories stay whose they are.
 *
 * @param user the uid of the chart's Traefik
 */
export function logValues(files: readonly LogFile[], user: number, image: string): VolumeValues | undefined {
  const written = files.flatMap(({ mount }) => mount ?? []);
  if (written.length === 0) return undefined;
  const mounts = [...new Map(written.map((mount) => [mount.target, mount])).values()];
  const named = mounts.map((mount, index) => ({ ...mount, name: `logs-${index}` }));
  const volumeMounts = (): readonly Readonly<Record<string, string>>[] =>
    named.map(({ name, target }) => ({ name, mountPath: target }));
  const give = written.flatMap(({ path }) => [
    `mkdir -p ${shellWord(dirname(path))}`,
    `touch ${shellWord(path)}`,
    `chown ${user}:${user} ${shellWord(path)}`,
  ]);
  return {
    additionalVolumes: named.map(({ name, source, target, path }) => ({
      name,
      hostPath: { path: source, type: path === target ? "FileOrCreate" : "DirectoryOrCreate" },
    })),
    additionalVolumeMounts: volumeMounts(),
    initContainers: [{
      name: "log-files",
      image,
      command: ["sh", "-c", ["set -e", ...give].join("; ")],
      securityContext: {
        runAsUser: 0,
        runAsGroup: 0,
        runAsNonRoot: false,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE"] },
      },
      volumeMounts: volumeMounts(),
    }],
  };
}
