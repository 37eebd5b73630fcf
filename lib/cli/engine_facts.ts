/** What a Docker Engine on this machine knows: images' ports and users, and what containers use. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type RunningContainer, runningContainers } from "../docker/containers.ts";
import { EngineError, engineSocket, openEngine } from "../docker/engine.ts";
import { inspectImages } from "../docker/inspect_images.ts";
import { liveUsage } from "../docker/live_usage.ts";
import type { ConvertInput } from "../checks/convert_stack.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the conversion is told of it. */
export type EngineFacts = Pick<ConvertInput, "images" | "usage"> & {
  /** What runs in the engine, of this stack and of others. */
  readonly containers: readonly RunningContainer[];
};

const NOTHING: EngineFacts = { images: () => undefined, containers: [] };

/**
 * Without an engine nothing is known, and the table of well-known images and the decisions have to do.
 * `measure` also samples what running containers use, which takes the engine about a second.
 */
export async function askEngine(
  project: Project,
  surroundings: Surroundings,
  measure: boolean,
  diagnostics: Diagnostic[],
): Promise<EngineFacts> {
  const socket = engineSocket((name) => surroundings.environment[name]);
  using engine = socket === undefined ? undefined : await openEngine(socket);
  if (engine === undefined) return NOTHING;
  try {
    const facts = await inspectImages(engine, project);
    const images = (image: string): ReturnType<typeof facts.get> => facts.get(image);
    const told = { images, containers: await runningContainers(engine) };
    return measure ? { ...told, usage: await liveUsage(engine, project) } : told;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    diagnostics.push({
      code: "docker-engine-failed",
      severity: "warning",
      message: `The Docker Engine at "${socket}" could not be asked: ${error.message}`,
      hint: "Without it, ports and users of images come from decisions.yaml and a table of well-known images",
    });
    return NOTHING;
  }
}
