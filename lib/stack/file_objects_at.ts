/** compose's own `secrets` and `configs` by the paths at which a service has them. */
import type { BindSources } from "../../compose/bind_source.ts";
import type { FileReference, Project, Service } from "../../compose/project.ts";
import { contentOf } from "./texts/file_object.ts";

/** Where a reference lies in the container: compose's own rule. */
export function targetOf(section: "configs" | "secrets", { source, target }: FileReference): string {
  if (target?.startsWith("/") === true) return target;
  return section === "secrets" ? `/run/secrets/${target ?? source}` : `/${target ?? source}`;
}

/** The texts that are at hand, by path. */
export function fileObjectsAt(
  project: Project,
  bindSources: BindSources,
  service: Service | undefined,
): ReadonlyMap<string, string> {
  const decoder = new TextDecoder();
  return new Map(
    (["configs", "secrets"] as const).flatMap((section) =>
      (service?.[section] ?? []).flatMap((reference): [string, string][] => {
        const definition = project[section][reference.source];
        const content = definition === undefined
          ? undefined
          : contentOf({ project, bindSources }, definition);
        return content === undefined ? [] : [[targetOf(section, reference), decoder.decode(content)]];
      })
    ),
  );
}
