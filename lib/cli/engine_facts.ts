/** What a Docker Engine on this machine knows: images' ports and users, and what containers use. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { EngineError } from "../docker/engine.ts";
import { findEngines } from "../docker/engines.ts";
import { inspectImages } from "../docker/inspect_images.ts";
import { inspectContainers } from "../docker/inspect_containers.ts";
import { inspectVolumes } from "../docker/inspect_volumes.ts";
import { liveUsage } from "../docker/live_usage.ts";
import { NOTHING_SEEN, type Seen, withRecorded } from "../stack/seen.ts";
import type { ConvertInput } from "../checks/convert_stack.ts";

/** What the conversion is told of it. */
export type EngineFacts = Pick<ConvertInput, "images" | "usage" | "written" | "absentVolumes"> & {
  readonly seen: Seen;
  /** The machine's directories of the engine's volumes, by key; of those that it was not asked for there is none. */
  readonly mountpoints?: Readonly<Record<string, string>>;
};

/** How an engine is asked. */
export interface Asking {
  /** Also samples what running containers use and what they wrote, which takes about a second. */
  readonly measure: boolean;
  /** What was concluded when the stack was first moved. */
  readonly recorded?: Seen | undefined;
}

/**
 * The engine in force is asked, else the first that answers. Without one only what was recorded is known; the table of
 * well-known images and the decisions have to do.
 */
export async function askEngine(
  project: Project,
  environment: Readonly<Record<string, string>>,
  { measure, recorded = NOTHING_SEEN }: Asking,
  diagnostics: Diagnostic[],
): Promise<EngineFacts> {
  using engines = await findEngines(environment);
  const engine = engines.known[0]?.engine;
  if (engine === undefined) return factsOf(recorded);
  try {
    const images = Object.fromEntries(await inspectImages(engine, project));
    const { written, ...containers } = await inspectContainers(engine, project, { layers: measure });
    const { places, present, mountpoints, absent } = await inspectVolumes(engine, project);
    const isKnown = Object.keys(images).length > 0 || Object.keys(containers.ended).length > 0;
    // Once an engine was asked, what it does not know has not ended: containers come and go while a stack is moved.
    const others = isKnown
      ? Object.fromEntries(Object.keys(project.services).map((name) => [name, false]))
      : {};
    const ended = { ...others, ...containers.ended };
    // An engine that has nothing of the stack, as on a laptop, lacks all of its volumes.
    const isHere = present.length > 0 || Object.keys(containers.ended).length > 0;
    const facts = {
      ...factsOf(withRecorded({ ...containers, ended, places, images }, recorded)),
      mountpoints,
      ...(isHere ? { absentVolumes: absent } : {}),
    };
    return measure ? { ...facts, usage: await liveUsage(engine, project), written } : facts;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    diagnostics.push({
      code: "docker-engine-failed",
      severity: "warning",
      message: `The Docker Engine at "${engine.endpoint.host}" could not be asked: ${error.message}`,
      hint: "Without it, ports and users of images come from decisions.yaml and a table of well-known images",
    });
    return factsOf(recorded);
  }
}

function factsOf(seen: Seen): EngineFacts {
  return {
    seen,
    images: (image) => Object.hasOwn(seen.images, image) ? seen.images[image] : undefined,
  };
}
