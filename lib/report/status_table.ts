/** `status` as a table: one line a migration, then what to do next. */
import type { MigrationState } from "../run/event.ts";
import type { MigrationStatus, RunInProgress, ServiceStatus, Status } from "../run/status.ts";
import { shortDuration } from "../values/duration.ts";
import { fold } from "./fold.ts";
import { type Style, styleFor } from "./style.ts";
import { tableLines } from "./table.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

const SIGNS: Readonly<Record<MigrationState, string>> = {
  applied: "✔",
  pending: "…",
  running: "▶",
  failed: "✗",
  changed: "≠",
  missing: "?",
  skipped: "-",
};

/**
 * The whole answer of `status`, ending with the next command.
 * @param options `columns`: the width of a terminal; where the table does not fit, each migration has two lines;
 * `next`: the command that shows what is to do
 */
export function renderStatus(
  status: Status,
  options: { readonly colour: boolean; readonly columns?: number; readonly next: string },
): string {
  const style = styleFor(options.colour);
  const { cluster, migrations, run, services } = visibleAll(status);
  const rows = migrations.map((migration) => rowOf(migration, style));
  const table = tableLines(rows.map(({ cells }) => cells));
  const fits = table.every((line) => line.length + 4 <= (options.columns ?? Infinity));
  const texts = fits ? table : narrowLines(rows, style, options.columns ?? Infinity);
  const lines = rows.map(({ sign, paint, error }, index) =>
    `  ${paint(sign)} ${texts[index]}${error === null ? "" : `\n      ${style.red(error)}`}`
  );
  const head = `Cluster ${style.bold(cluster.context)} (${cluster.server}), namespace ${
    style.bold(cluster.namespace)
  }`;
  const held = run === null ? [] : [runLine(run)];
  const moved = services.length === 0 ? [] : [...services.map((service) => serviceLine(service, style)), ""];
  return `${[head, "", ...lines, "", ...moved, ...held, summary(status, options.next)].join("\n")}\n`;
}

/** What came of it stands below its title. */
function narrowLines(rows: readonly Row[], style: Style, columns: number): readonly string[] {
  const titles = tableLines(rows.map(({ cells: [id = "", , title = ""] }) => [`  - ${id}`, title]))
    .map((line) => fold(line, columns).slice("  - ".length));
  return rows.map(({ cells: [, what = "", , when = ""] }, index) =>
    `${titles[index]}\n      ${style.dim(when === "" ? what : `${what}, ${when}`)}`
  );
}

function serviceLine({ service, state, servedBy, since, containers }: ServiceStatus, style: Style): string {
  const names = containers.join(", ");
  if (servedBy === "cluster") {
    return `  ${style.green("✔")} ${service}: served by the cluster since ${since}; ${names} stopped for it`;
  }
  if (servedBy === "containers") {
    return `  ${style.yellow("…")} ${service}: served by its containers, about to move`;
  }
  return `  ${style.red("✗")} ${service}: on its way (${state}), down since ${since}; ` +
    "the next run goes on";
}

function runLine({ runId, holder, since, heartbeatAt, isGone }: RunInProgress): string {
  const beat = heartbeatAt === null ? "" : `, last heartbeat ${heartbeatAt}`;
  return isGone
    ? `Run ${runId} of ${holder}, since ${since}, is gone without an end${beat}; the next run takes over at once`
    : `Run ${runId} of ${holder} is in progress since ${since}${beat}`;
}

interface Row {
  readonly sign: string;
  readonly cells: readonly string[];
  readonly paint: (text: string) => string;
  readonly error: string | null;
}

function rowOf(migration: MigrationStatus, style: Style): Row {
  const { state, id, title, objects, adopted, redo, finishedAt, durationMs, by, error } = migration;
  const when = finishedAt === null ? "" : `${finishedAt.replace("T", " ").replace(/(\.\d+)?Z$/, "Z")}`;
  const took = durationMs === null ? "" : ` in ${shortDuration(durationMs)}`;
  const who = by === null ? "" : ` by ${by}`;
  const again = redo ? " while applied again" : "";
  const taken = adopted === 0 ? "" : ` (${adopted} taken over)`;
  const what = `${state}${again}, ${plural(objects, "object")}${taken}`;
  return {
    sign: SIGNS[state],
    cells: [id, what, title, when === "" ? "" : `${when}${took}${who}`],
    paint: paintOf(state, style),
    error: state === "failed" ? error : null,
  };
}

function paintOf(state: MigrationState, style: Style): (text: string) => string {
  if (state === "applied") return style.green;
  if (state === "failed" || state === "missing") return style.red;
  return state === "pending" || state === "skipped" ? style.dim : style.yellow;
}

function summary({ current, next, migrations }: Status, command: string): string {
  const applied = migrations.filter(({ state }) => state === "applied").length;
  const counts = `${applied} of ${
    plural(migrations.filter(({ state }) => state !== "skipped").length, "migration")
  } applied`;
  if (next === null) return `${counts}; nothing to do.`;
  const from = current === null ? "" : `, current ${current}`;
  return `${counts}${from}, next ${next}.\nNext: ${command}`;
}
