/** What compose's own `configs` and `secrets` hold. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { FileObject, Project } from "../../../compose/project.ts";

/** Where their contents are looked for. */
interface FileObjectSources {
  readonly project: Project;
  readonly bindSources: BindSources;
}

/** Its `content`, the variable that it names, or its file; undefined where there is none or it is kept elsewhere. */
export function contentOf(
  { project, bindSources }: FileObjectSources,
  { content, environment, file }: FileObject,
): Uint8Array | undefined {
  if (content !== undefined) return new TextEncoder().encode(content);
  if (environment !== undefined) {
    const value = Object.hasOwn(project.environment, environment)
      ? project.environment[environment]
      : undefined;
    return value === undefined ? undefined : new TextEncoder().encode(value);
  }
  const source = file === undefined ? undefined : bindSources.get(file);
  return source?.kind === "file" ? source.content : undefined;
}
