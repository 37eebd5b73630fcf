/** Where a folder of the files lies in the Git repository that they are committed to. */
import type { RenderOptions } from "./options.ts";

/** A relative path without `./` in front. */
export function repositoryFolder({ repositoryPath }: RenderOptions, folder: string): string {
  const above = repositoryPath.replace(/^(?:\.?\/)+|\/+$/g, "");
  return above === "" || above === "." ? folder : `${above}/${folder}`;
}
