/** What a rehearsal has measured, as it lies beside the stack's files until the real night. */
import { join } from "node:path";
import { field, fields, isRecord } from "../values/json.ts";

/** The file's name. */
export const FIGURES_FILE = "rehearsal.json";

/** For how long nobody served one service, in seconds. */
export interface ServiceFigures {
  readonly outageSeconds: number;
  /** Without the copy's own load on the processors; absent where the machine did not say how busy it was. */
  readonly aloneSeconds?: number;
  /** On the way back; absent where it was not measured. */
  readonly backSeconds?: number;
}

/** One rehearsal. */
export interface Figures {
  /** When it ended, in ISO 8601. */
  readonly date: string;
  /** The project that was rehearsed, not its copy. */
  readonly project: string;
  /** Of this program, the engine and the API server. */
  readonly versions: Readonly<Record<string, string>>;
  /** Those that moved. */
  readonly services: Readonly<Record<string, ServiceFigures>>;
  /** Those that did not move or come back, and why. */
  readonly problems: Readonly<Record<string, string>>;
  /** Those that have no copy, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** The last rehearsal's figures; undefined where there are none that can be read: then nothing is measured. */
export async function readFigures(directory: string): Promise<Figures | undefined> {
  try {
    return parseFigures(await Deno.readTextFile(join(directory, FIGURES_FILE)));
  } catch {
    return undefined;
  }
}

/** Writes them in one step, so that no reader sees half a file. @returns the file */
export async function writeFigures(directory: string, figures: Figures): Promise<string> {
  const file = join(directory, FIGURES_FILE);
  const unfinished = `${file}.unfinished`;
  await Deno.writeTextFile(unfinished, `${JSON.stringify({ schemaVersion: 1, ...figures }, null, 2)}\n`);
  await Deno.rename(unfinished, file);
  return file;
}

/** Undefined for a text that no rehearsal wrote. */
export function parseFigures(text: string): Figures | undefined {
  const read: unknown = JSON.parse(text);
  const date = field(read, "date");
  if (field(read, "schemaVersion") !== 1 || typeof date !== "string" || Number.isNaN(Date.parse(date))) {
    return undefined;
  }
  const texts = (key: string): Record<string, string> =>
    Object.fromEntries(Object.entries(fields(field(read, key))).map(([name, why]) => [name, String(why)]));
  return {
    date,
    project: String(field(read, "project") ?? ""),
    versions: texts("versions"),
    services: Object.fromEntries(
      Object.entries(fields(field(read, "services"))).flatMap(([name, one]) => {
        const figures = serviceFigures(one);
        return figures === undefined ? [] : [[name, figures] as const];
      }),
    ),
    problems: texts("problems"),
    leftOut: texts("leftOut"),
  };
}

function serviceFigures(one: unknown): ServiceFigures | undefined {
  if (!isRecord(one)) return undefined;
  const { outageSeconds, aloneSeconds, backSeconds } = one;
  if (typeof outageSeconds !== "number" || outageSeconds < 0) return undefined;
  return {
    outageSeconds,
    ...(typeof aloneSeconds === "number" && aloneSeconds >= 0 ? { aloneSeconds } : {}),
    ...(typeof backSeconds === "number" ? { backSeconds } : {}),
  };
}
