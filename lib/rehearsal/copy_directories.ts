/** Copies a stack's directories for a rehearsal. The stack goes on; nothing of it is written. */
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { plural } from "../diagnostics/plural.ts";
import { bytesText } from "../run/images/bytes.ts";
import type { Copied } from "./copied_places.ts";
import { emptyVolume } from "./empty_volumes.ts";
import { runProgram } from "./program.ts";

/** Where the copies go, and who may end it. */
export interface Copying {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told of each before it is copied. */
  readonly say: (copied: Copied) => void;
  /** Does it while nobody writes there. */
  readonly hold?: <T>(path: string, work: () => Promise<T>) => Promise<T>;
}

/** As long as the longest of them lasts, and some more. */
const TICK_MS = 20;

/**
 * One after the other, with owners, modes, links and holes as they are; blocks are shared where the file system can
 * (`cp --reflink=auto`).
 *
 * @returns an error where something is in the way, before anything is copied; a warning for each that changed meanwhile:
 *   its files are of different moments, as after no power cut; and for each volume that is not where its engine says
 */
export async function copyDirectories(
  copies: readonly Copied[],
  copying: Copying,
): Promise<readonly Diagnostic[]> {
  const { folder, signal, say, hold = (_, work) => work() } = copying;
  const real = await Deno.realPath(folder);
  const around = copies.filter(({ from }) => `${real}/`.startsWith(`${from.replace(/\/$/, "")}/`));
  if (around.length > 0) return around.map(({ from }) => holdsItself(from, folder));
  const room = await roomFor(copies, copying);
  if (room !== undefined) return [room];
  const warnings: Diagnostic[] = [];
  for (const copied of copies) {
    say(copied);
    warnings.push(...await hold(copied.from, () => copy(copied, folder, signal)));
  }
  return warnings;
}

async function copy(
  { from, to, volume }: Copied,
  folder: string,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const info = await Deno.stat(from).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return String(error instanceof Error ? error.message : error);
  });
  if (typeof info === "string") return [notCopied(from, info)];
  await Deno.mkdir(info?.isFile === true ? dirname(to) : to, { recursive: true });
  if (info === undefined) return volume === undefined ? [] : [emptyVolume(volume, `"${from}" is not there`)];
  const begun = join(folder, "copy-begun");
  await Deno.writeTextFile(begun, "");
  // Kernels count the time of files in ticks: what is written in the same one is not newer.
  const before = new Date(((await Deno.stat(begun)).mtime?.getTime() ?? 0) - TICK_MS);
  await Deno.utime(begun, before, before);
  const source = info.isDirectory ? `${from}/.` : from;
  const { success, said } = await runProgram("cp", ["--archive", "--reflink=auto", "--", source, to], signal);
  const found = await runProgram("find", [from, "-type", "f", "-newer", begun], signal);
  const changed = found.said.split("\n").filter((line) => line !== "").length;
  // What was removed while it was copied is an error to cp, and a change like any other to us.
  const errors = success ? [] : said.split("\n").filter((line) => line !== "");
  const vanished = errors.filter((line) => /No such file or directory/.test(line)).length;
  if (!success && (vanished === 0 || vanished < errors.length)) return [notCopied(from, errors[0])];
  return changed + vanished === 0 ? [] : [torn(from, changed + vanished)];
}

/** Undefined where there is room for all of them, or blocks are shared. */
async function roomFor(
  copies: readonly Copied[],
  { folder, signal }: Copying,
): Promise<Diagnostic | undefined> {
  const here = await Deno.stat(folder);
  const sharing = await sharesBlocks(folder, signal);
  let bytes = 0;
  for (const { from } of copies) {
    const info = await Deno.stat(from).catch(() => undefined);
    if (info === undefined || sharing && info.dev === here.dev) continue;
    const { said } = await runProgram("du", ["--summarize", "--block-size=1", "--", from], signal);
    bytes += Number(/^\d+/.exec(said)?.[0] ?? 0);
  }
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize > bytes * 1.1 ? undefined : noRoom(folder, bytes, bavail * bsize);
}

async function sharesBlocks(folder: string, signal: AbortSignal): Promise<boolean> {
  const [one, other] = [join(folder, "block"), join(folder, "block-shared")];
  await Deno.writeTextFile(one, "block");
  const { success } = await runProgram("cp", ["--reflink=always", one, other], signal);
  await Deno.remove(one);
  // cp makes it before it fails.
  await Deno.remove(other).catch(() => {});
  return success;
}

function torn(from: string, files: number): Diagnostic {
  return {
    code: "run-rehearsal-torn",
    severity: "warning",
    message:
      `${
        plural(files, "file")
      } of "${from}" changed while it was copied: the copy has files of different moments, ` +
      "and a database may refuse it",
    hint:
      "If it does not start: use --pause, which pauses the containers while they are copied, or a quiet hour",
  };
}

function notCopied(from: string, said = "cp ended without an error message, probably killed"): Diagnostic {
  return {
    code: "run-rehearsal-not-copied",
    severity: "error",
    message: `"${from}" could not be copied: ${said}`,
    hint: "Run it as root, which can read everything, and check the free disk space",
  };
}

function holdsItself(from: string, folder: string): Diagnostic {
  return {
    code: "run-rehearsal-not-copied",
    severity: "error",
    message: `"${from}" has the copy's own folder "${folder}" in it, and would be copied into itself`,
    hint: "Name a folder outside of it with --copies",
  };
}

function noRoom(folder: string, needed: number, free: number): Diagnostic {
  return {
    code: "run-rehearsal-no-room",
    severity: "error",
    message: `The copies take about ${bytesText(needed)}, and ${bytesText(free)} are free at "${folder}"`,
    hint: "Make room, or name a folder on another disk with --copies",
  };
}
