/** What a killed change of a secret left beside a file is no part of the stack. */
import type { BindSource, BindSources } from "../../../compose/bind_source.ts";
import { isTemporary } from "./edited_files.ts";

/** The same sources, without half-made files in directories: they would be mounted with the rest, new secret and all. */
export function withoutLeftovers(sources: BindSources): BindSources {
  return new Map([...sources].map(([path, source]) => [path, cleaned(source)]));
}

function cleaned(source: BindSource): BindSource {
  if (source.kind !== "directory") return source;
  return { ...source, files: new Map([...source.files].filter(([file]) => !isTemporary(file))) };
}
