/** Crontabs, units and scripts of the machine: which of them run, when, and what they call. */
import { basename, dirname, join } from "node:path/posix";
import { cronOfCalendar, cronOfLine } from "./schedule.ts";

/** A crontab, a unit or a script of the machine. */
export interface HostFile {
  readonly path: string;
  readonly text: string;
  /** The line of another file that calls it. */
  readonly calledBy?: Call;
}

/** The line of a file that calls another one. */
export interface Call {
  readonly path: string;
  readonly line: number;
}

/** A file that should be looked into as well. */
export interface Called {
  readonly path: string;
  readonly line: number;
  /** It is no program of the system, so that one that is not there was not looked at. */
  readonly isScript: boolean;
}

/** A line, with those that a backslash joins to it. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** When something runs, as cron says it, or in the words of a timer that cron cannot say. */
export interface Time {
  readonly name: string;
  readonly schedule?: string;
  readonly calendar?: string;
}

const SCRIPT = /\.(sh|bash|py|pl|rb)$/;
const SYSTEM = /^(\/usr)?(\/local)?\/s?bin\/|^\/run\/current-system\//;
const EXEC = /^\s*Exec(?:Start|StartPre|StartPost|Stop|StopPost)\s*=\s*[-@:+!|]*(.*)$/;

/** The lines that are not remarks. */
export function linesOf({ text }: HostFile): Line[] {
  const lines: Line[] = [];
  let joined: Line | undefined;
  text.split("\n").forEach((part, index) => {
    const line: Line = { number: joined?.number ?? index + 1, text: `${joined?.text ?? ""}${part}` };
    const goesOn = /\\$/.test(part) && !/^\s*#/.test(line.text);
    joined = goesOn ? { ...line, text: `${line.text.slice(0, -1)} ` } : undefined;
    if (!goesOn) lines.push(line);
  });
  return (joined === undefined ? lines : [...lines, joined]).filter((line) => !/^\s*[#;]/.test(line.text));
}

/** Scripts that a file calls, and the unit that a timer starts or the timer that starts a unit. */
export function calledBy(file: HostFile): Called[] {
  const scripts = linesOf(file).flatMap(({ number, text }) =>
    pathsIn(commandOf(file, text)).map((path, index) => ({
      path,
      line: number,
      isScript: SCRIPT.test(path) || index === 0 && !SYSTEM.test(path),
    }))
  );
  return isUnit(file) ? [...scripts, { path: partner(file), line: 1, isScript: false }] : scripts;
}

/** When a line of a file runs: by its own crontab, by the unit's timer, or by whatever calls the file. */
export function timeOf(file: HostFile, line: Line, files: readonly HostFile[]): Time {
  const cron = isUnit(file) ? undefined : cronOfLine(line.text);
  const [script] = pathsIn(cron?.command ?? "").filter((path) => !SYSTEM.test(path));
  if (cron !== undefined) return { name: nameOf(script ?? file.path), schedule: cron.schedule };
  const caller = files.find(({ path }) => path === file.calledBy?.path);
  const call = caller === undefined
    ? undefined
    : linesOf(caller).find(({ number }) => number === file.calledBy?.line);
  if (!isUnit(file) && caller !== undefined && call !== undefined) return timeOf(caller, call, files);
  const name = nameOf(file.path);
  const timer = files.find(({ path }) => path === partner(file));
  const calendar = timer === undefined
    ? undefined
    : /^\s*OnCalendar\s*=\s*(.+)$/m.exec(timer.text)?.[1]?.trim();
  if (calendar === undefined) return { name };
  const schedule = cronOfCalendar(calendar);
  return schedule === undefined ? { name, calendar } : { name, schedule };
}

function isUnit({ path }: HostFile): boolean {
  return /\.(service|timer)$/.test(path);
}

/** The timer of a service, the service of a timer: what `Unit=` names, else of the same name beside it. */
function partner({ path, text }: HostFile): string {
  if (path.endsWith(".service")) return path.replace(/\.service$/, ".timer");
  const unit = /^\s*Unit\s*=\s*(\S+)/m.exec(text)?.[1];
  return unit === undefined ? path.replace(/\.timer$/, ".service") : join(dirname(path), unit);
}

/** What a line runs: of a unit what `Exec…` says, of a crontab what comes after the time. */
function commandOf(file: HostFile, text: string): string {
  if (isUnit(file)) return EXEC.exec(text)?.[1] ?? "";
  const cron = cronOfLine(text);
  return cron?.command ?? (/^\s*\w+=/.test(text) ? "" : text);
}

/** Programs by their full path, up to the first that is of a container or the first redirection. */
function pathsIn(command: string): string[] {
  const [own = ""] = command.split(/[<>]|\b(?:docker|docker-compose|podman)\b(?![./-])/, 1);
  return [...own.matchAll(/(?:^|[\s"'(;&|])(\/[\w@%+.,/-]+)/g)].map(([, path = ""]) => path)
    .filter((path) => !path.endsWith("/"));
}

/** A name for the decision, from the name of the file. */
function nameOf(path: string): string {
  return basename(path).replace(/\.\w+$/, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(
    /^-+|-+$/g,
    "",
  ).slice(0, 40);
}
