/** Who could not be served when: each failure lies in the window of the service that moved just then. */
import { ok } from "node:assert/strict";
import type { Written } from "./kept.ts";
import type { Visit } from "./visitors.ts";

/** What the tool says while a service moves, as `-o json` prints it. */
interface Said {
  readonly type: string;
  readonly service?: string;
  readonly state?: string;
  readonly at?: string;
  readonly outageMs?: number;
}

/** While a service moves, or something of the machine starts again. Times are milliseconds of the epoch. */
export interface Window {
  readonly service: string;
  /** `there`, `back`, or what starts again. */
  readonly direction: string;
  readonly from: number;
  readonly to: number;
  /** For how long the tool says that nobody served it. */
  readonly saidMs?: number;
}

/** Somebody asked, and was answered or not. */
export interface Asked {
  /** The route, or the server that the clerk writes to. */
  readonly subject: string;
  readonly begun: number;
  readonly ended: number;
  readonly isAnswered: boolean;
  readonly wrong?: string;
}

/** Services without which a subject cannot be answered. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  app: ["app", "db", "ledger", "store"],
};

/** Longer than a name or a route takes until everybody knows where it leads now. */
const SETTLES_MS = 60_000;

/** From the first word about a service to its last; several where it moved more than once. */
export function windowsOf(stdout: string): readonly Window[] {
  const said = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    JSON.parse(line) as Said
  );
  const windows: Window[] = [];
  const begun = new Map<string, number>();
  for (const { type, service, state, at, outageMs } of said) {
    if (type !== "cutover" || service === undefined || at === undefined || state === "prepared") continue;
    const time = Date.parse(at);
    if (!begun.has(service)) begun.set(service, time);
    if (state !== "verified" && state !== "returned") continue;
    const from = begun.get(service) ?? time;
    const direction = state === "verified" ? "there" : "back";
    windows.push({
      service,
      direction,
      from,
      to: time,
      ...(outageMs === undefined ? {} : { saidMs: outageMs }),
    });
    begun.delete(service);
  }
  return windows;
}

/** Everybody's questions, by when they began. */
export function questions(visits: readonly Visit[], written: readonly Written[]): readonly Asked[] {
  const visited = visits.map(({ to, begun, ended, wrong }): Asked => ({
    subject: to,
    begun,
    ended,
    isAnswered: wrong === undefined,
    ...(wrong === undefined ? {} : { wrong }),
  }));
  const clerk = written.map(({ server, at, isKept }): Asked => (
    { subject: server, begun: at, ended: at, isAnswered: isKept }
  ));
  return [...visited, ...clerk].sort((left, right) => left.begun - right.begun);
}

/** @throws where somebody was not answered although no service that is needed for it moved */
export function eachInItsWindow(asked: readonly Asked[], windows: readonly Window[]): void {
  for (const [subject, own] of Map.groupBy(asked, (one) => one.subject)) {
    const needs = NEEDS[subject] ?? [subject];
    const open = windows.filter((window) =>
      needs.includes(window.service) && !isServedThroughout(window, subject)
    ).map((window) => settled(window, own));
    for (const one of own.filter(({ isAnswered }) => !isAnswered)) {
      const isInside = open.some(({ from, to }) => one.ended >= from && one.begun <= to);
      ok(isInside, `"${subject}" was not answered at ${new Date(one.begun).toISOString()}: ${one.wrong}`);
    }
  }
}

/** Where both sides run, the tool says that nobody was without it, there and back, and has to be right. */
function isServedThroughout({ service, saidMs }: Window, subject: string): boolean {
  return service === subject && saidMs === 0;
}

/** It ends with the first answer after the move, which may take a moment as names and routes are learnt. */
function settled(window: Window, own: readonly Asked[]): Window {
  const first = own.find(({ begun, isAnswered }) => isAnswered && begun >= window.to)?.begun ?? Infinity;
  return { ...window, to: Math.min(first, window.to + SETTLES_MS) };
}

/** A line for each move: what the tool says, and what those saw who asked. */
export function outageTable(asked: readonly Asked[], windows: readonly Window[]): string {
  const head = ["service", "way", "tool", "seen", "failed", "asked", "with"];
  const rows = windows.map((window) => {
    const own = asked.filter(({ subject }) => subject === window.service);
    const { from, to } = settled(window, own);
    const inside = own.filter(({ begun, ended }) => ended >= from && begun <= to);
    const unanswered = inside.filter(({ isAnswered }) => !isAnswered);
    const failed = unanswered.length;
    const said = window.saidMs === undefined ? "" : seconds(window.saidMs);
    const seen = own.length === 0 ? "" : failed === 0 ? "0" : seconds(longestSilence(own, from, to));
    return [
      window.service,
      window.direction,
      said,
      seen,
      `${failed}`,
      `${inside.length}`,
      kindsOf(unanswered),
    ];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length))
  );
  return [head, ...rows].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  )
    .join("\n");
}

/** How often which status, or which error where there was none. */
function kindsOf(unanswered: readonly Asked[]): string {
  const kinds = Map.groupBy(unanswered, ({ wrong = "" }) => /^\d{3}(?=:)/.exec(wrong)?.[0] ?? wrong);
  return [...kinds].filter(([kind]) => kind !== "").map(([kind, all]) => `${all.length} × ${kind}`).join(
    ", ",
  );
}

/** Between two answers, of which one at least is in the window. */
function longestSilence(own: readonly Asked[], from: number, to: number): number {
  const answers = own.filter(({ isAnswered }) => isAnswered).map(({ ended }) => ended).sort((a, b) => a - b);
  const gaps = answers.slice(1).map((at, index) => ({ begun: answers[index] ?? at, at }));
  return Math.max(
    0,
    ...gaps.filter(({ begun, at }) => at >= from && begun <= to).map(({ begun, at }) => at - begun),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
