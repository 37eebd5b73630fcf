/** What a Docker Engine on this machine knows of the project's images: exposed ports and users. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { EngineError, engineSocket, openEngine } from "../docker/engine.ts";
import { inspectImages } from "../docker/inspect_images.ts";
import type { ImageLookup } from "../kube/context.ts";
import type { Surroundings } from "./surroundings.ts";

/** Without an engine nothing is known, and the table of well-known images and the decisions have to do. */
export async function lookUpImages(
  project: Project,
  surroundings: Surroundings,
  diagnostics: Diagnostic[],
): Promise<ImageLookup> {
  const socket = engineSocket((name) => surroundings.environment[name]);
  using engine = socket === undefined ? undefined : await openEngine(socket);
  if (engine === undefined) return () => undefined;
  try {
    const facts = await inspectImages(engine, project);
    return (image) => facts.get(image);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    diagnostics.push({
      code: "docker-engine-failed",
      severity: "warning",
      message: `The Docker Engine at "${socket}" could not be asked about images: ${error.message}`,
      hint: "Without it, ports and users of images come from decisions.yaml and a table of well-known images",
    });
    return () => undefined;
  }
}
