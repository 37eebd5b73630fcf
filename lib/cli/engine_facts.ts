/** What a Docker Engine on this machine knows: images' ports and users, and what containers use. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { EngineError } from "../docker/engine.ts";
import { findEngines } from "../docker/engines.ts";
import { inspectImages } from "../docker/inspect_images.ts";
import { liveUsage } from "../docker/live_usage.ts";
import type { ConvertInput } from "../checks/convert_stack.ts";

/** What the conversion is told of it. */
export type EngineFacts = Pick<ConvertInput, "images" | "usage">;

const NOTHING: EngineFacts = { images: () => undefined };

/**
 * The engine in force is asked, else the first that answers. Without one nothing is known, and the table of well-known
 * images and the decisions have to do. `measure` also samples what running containers use, which takes about a second.
 */
export async function askEngine(
  project: Project,
  environment: Readonly<Record<string, string>>,
  measure: boolean,
  diagnostics: Diagnostic[],
): Promise<EngineFacts> {
  using engines = await findEngines(environment);
  const engine = engines.known[0]?.engine;
  if (engine === undefined) return NOTHING;
  try {
    const facts = await inspectImages(engine, project);
    const images = (image: string): ReturnType<typeof facts.get> => facts.get(image);
    return measure ? { images, usage: await liveUsage(engine, project) } : { images };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    diagnostics.push({
      code: "docker-engine-failed",
      severity: "warning",
      message: `The Docker Engine at "${engine.endpoint.host}" could not be asked: ${error.message}`,
      hint: "Without it, ports and users of images come from decisions.yaml and a table of well-known images",
    });
    return NOTHING;
  }
}
