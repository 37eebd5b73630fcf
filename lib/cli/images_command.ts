/** `images`: brings the images of a stack from the engine to the node, while the old stack serves. */
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { ExitCode } from "../diagnostics/exit_code.ts";
import { plural } from "../diagnostics/plural.ts";
import { imageJson, renderImages } from "../report/image_text.ts";
import { bytesText } from "../run/images/bytes.ts";
import type { PlannedImage } from "../run/images/image_plan.ts";
import type { CommandOptions } from "./command.ts";
import { enginesOf } from "./engines_of.ts";
import { carryImages, seeImages } from "./image_moves.ts";
import { onCluster } from "./next_command.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import type { Surroundings } from "./surroundings.ts";
import { confirmWrite, withWriteSession, type WriteSession } from "./write_session.ts";

/** Shows where each image is, and moves what the node lacks. */
export function images(options: CommandOptions, surroundings: Surroundings): Promise<number> {
  const isDry = options["dryRun"] === true;
  return withWriteSession(options, surroundings, (session) => work(session, isDry), {
    asks: !isDry,
    startsNone: true,
  });
}

async function work(session: WriteSession, isDry: boolean): Promise<number> {
  const { options, surroundings, terminal, stack, target } = session;
  using engines = await enginesOf(stack, surroundings);
  const { sight, diagnostics } = await seeImages(stack, surroundings, engines, target.client);
  const wanted = sight.images.map(asEngine);
  const said = { terminal, options: { ...options, output: "text" as const }, sources: stack.sources };
  if (options.output === "json") {
    terminal.out(
      `${JSON.stringify({ schemaVersion: 1, type: "images", diagnostics, ...imageJson(sight) })}\n`,
    );
  } else terminal.out(renderImages(sight).trimStart());
  printDiagnostics(diagnostics, said);
  const waiting = wanted.filter(({ state }) => state === "move");
  if (waiting.length === 0) terminal.err("Nothing is to be moved.\n");
  else if (isDry) terminal.err(`Nothing was written. Next: ${onCluster("images", options)}\n`);
  if (isDry) return ExitCode.ok;
  if (waiting.length > 0 && sight.node?.store !== undefined) {
    const question = `Bring ${plural(waiting.length, "image")} to the node's ${sight.node.store.title}?`;
    if (!confirmWrite(session, question)) return ExitCode.ok;
  }
  const { moved, diagnostics: failed } = await carryImages(
    { ...sight, images: wanted },
    engines.known[0]?.engine,
    {
      terminal,
      options,
      signal: surroundings.signal,
    },
  );
  printDiagnostics(failed, said);
  if (options.output !== "json") {
    const bytes = moved.reduce((sum, image) => sum + image.bytes, 0);
    terminal.out(
      `${plural(moved.length, "image")} moved, ${bytesText(bytes)}; ${
        waiting.length - moved.length
      } left to move\n`,
    );
  }
  return hasErrors(failed) || waiting.length > moved.length ? ExitCode.failed : ExitCode.ok;
}

/** Who calls for this command wants the node to have what the engine has, whatever it has by now. */
function asEngine(image: PlannedImage): PlannedImage {
  return image.state === "other" ? { ...image, state: "move" } : image;
}
