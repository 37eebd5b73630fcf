/** What the compose files of a stack refer to on this machine: files of variables, configuration, data. */
import type { Path, Project } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";

/** One path that a compose file names, by the first service that names it. */
export interface Needed {
  /** Absolute, inside the stack's folder. */
  readonly path: string;
  readonly service: string;
  /** `variables`: read by compose itself, so nothing goes on without it. */
  readonly kind: "variables" | "mount" | "file";
  /** Where mounts of it lie in containers. */
  readonly targets: readonly string[];
  readonly span?: Span;
}

/** Every path inside the project's folder, once, in the order of the services. */
export function neededPaths(project: Project): readonly Needed[] {
  const found = new Map<string, Needed>();
  const root = `${project.workingDir.replace(/\/+$/, "")}/`;
  const add = (needed: Omit<Needed, "span">, place: Path): void => {
    const path = needed.path.replace(/\/+$/, "");
    if (!path.startsWith(root)) return;
    const known = found.get(path);
    const span = project.span(place);
    found.set(
      path,
      known === undefined
        ? { ...needed, path, ...(span === undefined ? {} : { span }) }
        : { ...known, targets: [...known.targets, ...needed.targets] },
    );
  };
  for (const service of Object.values(project.services)) {
    const at: Path = ["services", service.name];
    for (const [index, { path, required }] of (service.env_file ?? []).entries()) {
      if (required === false) continue;
      add({ path, service: service.name, kind: "variables", targets: [] }, [...at, "env_file", index]);
    }
    for (const [index, mount] of (service.volumes ?? []).entries()) {
      if (mount.type !== "bind" || mount.source === undefined) continue;
      const { source: path, target } = mount;
      add({ path, service: service.name, kind: "mount", targets: [target] }, [...at, "volumes", index]);
    }
  }
  for (const section of ["configs", "secrets"] as const) {
    for (const [name, { file }] of Object.entries(project[section])) {
      if (file !== undefined) add({ path: file, service: name, kind: "file", targets: [] }, [section, name]);
    }
  }
  return [...found.values()];
}
