/** Images before the pods: looked at by `check`, shown by `--dry-run`, moved by `migrate` and `images`. */
import type { ClusterClient } from "../cluster/client.ts";
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import { type Engine, EngineError } from "../docker/engine.ts";
import type { Engines } from "../docker/engines.ts";
import { plannedObjects } from "../migration/step.ts";
import { StoreError } from "../node/container_store.ts";
import { imageLine, imageProgress } from "../report/image_text.ts";
import type { PlannedImage } from "../run/images/image_plan.ts";
import { imageFindings } from "../run/images/findings.ts";
import { type ImageSight, lookAtImages } from "../run/images/look.ts";
import { type ImageEvent, moveImages } from "../run/images/move_images.ts";
import type { CommandOptions } from "./command.ts";
import { enginesOf } from "./engines_of.ts";
import type { PlannedStack } from "./plan_stack.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Terminal } from "./terminal.ts";
import type { WriteSession } from "./write_session.ts";

/** What was seen, and what is to be said of it. */
export interface ImagesSeen {
  readonly sight: ImageSight;
  readonly diagnostics: readonly Diagnostic[];
}

const NOTHING: ImagesSeen = { sight: { images: [] }, diagnostics: [] };

/** Looks for the images of the whole plan. What cannot be asked is a warning. */
export async function seeImages(
  { plan, project, decisions }: PlannedStack,
  { environment }: Pick<Surroundings, "environment">,
  engines: Engines,
  client?: ClusterClient,
): Promise<ImagesSeen> {
  if (plan === undefined || project === undefined) return NOTHING;
  const engine = decisions.engine === "none" ? undefined : engines.known[0]?.engine;
  const objects = plan.migrations.flatMap(plannedObjects).map(({ object }) => object);
  try {
    const sight = await lookAtImages({ objects, project, decisions, environment, engine, client });
    if (sight.node?.needsNone === true) return NOTHING;
    return { sight, diagnostics: imageFindings(sight, engine !== undefined) };
  } catch (error) {
    if (!(error instanceof EngineError) && !(error instanceof StoreError)) throw error;
    return {
      ...NOTHING,
      diagnostics: [{
        code: "run-images-unknown",
        severity: "warning",
        message: `It could not be seen which images the node has: ${error.message}`,
        hint: "Pods whose image is not there do not start",
      }],
    };
  }
}

/** What a move needs. */
export interface Moving {
  readonly terminal: Terminal;
  readonly options: Pick<CommandOptions, "output">;
  readonly signal: AbortSignal;
}

/**
 * Moves what is to be moved, where that can be done from here, and shows how far it is.
 *
 * @returns what went wrong, and the bytes that were sent
 */
export async function carryImages(
  { images, node }: ImageSight,
  engine: Engine | undefined,
  moving: Moving,
): Promise<{ readonly moved: readonly PlannedImage[]; readonly diagnostics: readonly Diagnostic[] }> {
  const moved: PlannedImage[] = [];
  const diagnostics: Diagnostic[] = [];
  if (engine === undefined || node?.store === undefined) return { moved, diagnostics };
  const show = display(moving);
  try {
    for await (const event of moveImages(images, { engine, store: node.store, signal: moving.signal })) {
      if (event.type === "image-failed") diagnostics.push(event.diagnostic);
      else show(event);
      if (event.type === "image-finished") {
        moved.push(...images.filter(({ reference }) => reference === event.image));
      }
    }
  } finally {
    show(undefined);
  }
  return { moved, diagnostics };
}

/** Lines of JSON, a line that is drawn over, or plain lines; nothing is left half-drawn. */
function display({ terminal, options }: Moving): (event: ImageEvent | undefined) => void {
  let drawn = 0;
  return (event) => {
    if (event !== undefined && options.output === "json") {
      terminal.out(`${JSON.stringify({ schemaVersion: 1, ...event })}\n`);
      return;
    }
    const line = event === undefined ? undefined : imageLine(event);
    const progress = event === undefined || !terminal.canRedraw ? undefined : imageProgress(event);
    if (line === undefined && progress === undefined && drawn === 0) return;
    if (!terminal.canRedraw) {
      terminal.err(`${line}\n`);
      return;
    }
    terminal.redraw(
      drawn,
      `${line ?? progress ?? ""}${line === undefined && progress === undefined ? "" : "\n"}`,
    );
    drawn = progress === undefined ? 0 : 1;
  };
}

/**
 * Before anything is applied, and before somebody has to stop the old stack. What the node has under a name it keeps.
 *
 * @returns whether a run may go on; what keeps it from that is printed
 */
export async function moveImagesFirst(
  { stack, surroundings, target, terminal, options }: WriteSession,
): Promise<boolean> {
  if (target.embedded) return true;
  using engines = await enginesOf(stack, surroundings);
  const engine = engines.known[0]?.engine;
  if (engine === undefined) return true;
  const { sight, diagnostics } = await seeImages(stack, surroundings, engines, target.client);
  const printing = { terminal, options: { ...options, output: "text" as const }, sources: stack.sources };
  printDiagnostics(diagnostics, printing);
  const { diagnostics: failed } = await carryImages(sight, engine, {
    terminal,
    options,
    signal: surroundings.signal,
  });
  printDiagnostics(failed, printing);
  return !hasErrors(failed);
}
