/** What stand-ins wrote into their directories, read as a proof that they took turns. */
import { join } from "node:path";
import type { PrintedProject } from "../ferry/stand_ins.ts";
import { journalOf, TWO_AT_ONCE, writtenBy } from "./keeping_images.ts";

/** From the start of a program to its end. */
export interface Turn {
  readonly side: "docker" | "cluster";
  readonly lines: number;
}

/**
 * The turns in which a journal was written. A line that is missing, or of somebody else in between, breaks the row of
 * numbers.
 *
 * @throws at the first line that no turn can have there
 */
export function turnsOf(journal: string): readonly Turn[] {
  const turns: Turn[] = [];
  for (const line of journal.split("\n").slice(0, -1)) {
    const [, side, text] = /^(docker|cluster) (\d+)$/.exec(line) ?? [];
    const last = turns.at(-1);
    if (side === "docker" || side === "cluster") {
      if (text === "1") {
        turns.push({ side, lines: 1 });
        continue;
      }
      if (last?.side === side && Number(text) === last.lines + 1) {
        turns[turns.length - 1] = { side, lines: last.lines + 1 };
        continue;
      }
    }
    throw new Error(
      `"${line}" does not follow ${last === undefined ? "nothing" : `${last.side} ${last.lines}`}`,
    );
  }
  return turns;
}

/** A directory that a service writes to. */
export interface Kept {
  readonly service: string;
  readonly directory: string;
}

/** Every directory of every service that writes to one. */
export function keptBy(project: PrintedProject, keeps: (source: string) => boolean): readonly Kept[] {
  return Object.entries(project.services).flatMap(([service, printed]) =>
    writtenBy(printed, keeps).map(({ source }) => ({ service, directory: source }))
  );
}

/** The turns of each service in each of its directories, by both. @throws where anybody found somebody else there */
export async function readTurns(kept: readonly Kept[]): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const found = new Map<string, readonly Turn[]>();
  for (const { service, directory } of kept) {
    const met = await Deno.readTextFile(join(directory, TWO_AT_ONCE)).catch(() => "");
    if (met !== "") throw new Error(`Two at once in ${directory}: ${met.trim()}`);
    const journal = await Deno.readTextFile(join(directory, journalOf(service)));
    try {
      found.set(`${service} ${directory}`, turnsOf(journal));
    } catch (error) {
      throw new Error(`${directory} of ${service}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return found;
}
