/** Logs that the stack's Traefik writes to files: the cluster's writes them to its standard output. */
import type { Project } from "../../../compose/project.ts";
import type { Routing } from "../../traefik/routing.ts";
import { textField } from "../../traefik/static_configuration.ts";

/** A log with the path of its file in Traefik's container. */
export interface LogFile {
  readonly name: "accessLog" | "log";
  readonly path: string;
  /** Services that have the directory of the file mounted. */
  readonly readers: readonly string[];
}

/** The log files of the static configuration, and who may read them. */
export function logFiles({ static: fixed, traefikService }: Routing, project: Project): readonly LogFile[] {
  const mounts = project.services[traefikService ?? ""]?.volumes ?? [];
  return (["accessLog", "log"] as const).flatMap((name): LogFile[] => {
    const path = textField(fixed?.fields, name, "filePath");
    if (path === undefined) return [];
    const sources = mounts.filter(({ target }) =>
      path === target || path.startsWith(`${target.replace(/\/$/, "")}/`)
    )
      .flatMap(({ source }) => source ?? []);
    const readers = Object.values(project.services).filter((service) =>
      service.name !== traefikService &&
      service.volumes?.some(({ source }) => source !== undefined && sources.includes(source))
    );
    return [{ name, path, readers: readers.map((service) => service.name) }];
  });
}

/** Arguments without the files: what is written goes where it can be read. */
export function withoutLogFiles(argument: string): readonly string[] {
  if (/^--log\.filepath=/i.test(argument)) return [];
  return /^--accesslog\.filepath=/i.test(argument) ? ["--accesslog=true"] : [argument];
}
