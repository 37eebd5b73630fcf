/** One plain line for each event of a run: for logs, pipes and whoever has no live display. */
import type { RunEvent } from "../run/event.ts";
import { inOne } from "./diagnostic_text.ts";
import { shortDuration } from "../values/duration.ts";
import { type Style, styleFor } from "./style.ts";
import { visibleAll } from "../diagnostics/visible.ts";
import { plural } from "../diagnostics/plural.ts";

/** The line without its end, or undefined where the event is not worth one. */
export function eventLine(told: RunEvent, options: { readonly colour: boolean }): string | undefined {
  const style = styleFor(options.colour);
  const event = visibleAll(told);
  switch (event.type) {
    case "run-started":
      return undefined;
    case "run-waiting":
      return `Waiting for the run of ${event.holder}, in progress since ${event.heldSince}`;
    case "run-taken-over":
      return `Took over from the run of ${event.holder}, in progress since ${event.heldSince}: it is gone`;
    case "warning": {
      const { code, message, hint } = event.diagnostic;
      return `${style.yellow(`warning[${code}]`)}: ${inOne(message)}${
        hint === undefined ? "" : `\n  hint: ${hint}`
      }`;
    }
    case "migration-started":
      return `${style.bold(event.id)} ${event.title} (${plural(event.objects, "object")}${
        event.redo ? ", again" : ""
      }${event.resumed ? ", resumed" : ""})`;
    case "migration-skipped":
      return event.reason === "applied"
        ? undefined
        : style.dim(`${event.id} has nothing to do for this stack`);
    case "service-absent":
      return style.dim(`  - ${event.service} is not part of this stack, skipped`);
    case "object":
      return objectLine(event, style);
    case "waiting":
      return style.dim(`  … ${event.object}: ${event.reason} (${shortDuration(event.elapsedMs)})`);
    case "ready":
      return `  ${style.green("✔")} ${event.object} ready after ${shortDuration(event.elapsedMs)}`;
    case "cutover":
      return cutoverLine(event, style);
    case "front":
      return frontLine(event, style);
    case "manual":
      return `  ${style.yellow("!")} By hand: ${event.instruction}`;
    case "migration-finished":
      return finishedLine(event, style);
    case "migration-rolled-back":
      return event.diagnostics.length === 0
        ? `${style.green("✔")} ${style.bold(event.id)} rolled back; its data and configuration stay`
        : `${style.red("✗")} ${style.bold(event.id)} not rolled back`;
    case "services-returned":
    case "run-finished":
      return undefined;
  }
}

function objectLine(
  { object, outcome }: Extract<RunEvent, { type: "object" }>,
  style: Style,
): string | undefined {
  if (outcome === "unchanged") return undefined;
  if (outcome === "kept") {
    return `  ${style.yellow("!")} ${object} kept: it was there before and was taken over`;
  }
  return `  ${style.green("✔")} ${object} ${outcome}`;
}

function cutoverLine(event: Extract<RunEvent, { type: "cutover" }>, style: Style): string {
  const { service, state, containers, outageMs, why } = event;
  const names = containers.join(", ");
  const silence = outageMs === undefined
    ? ""
    : outageMs === 0
    ? "; it was served all the time"
    : `; nobody served it for ${shortDuration(outageMs)}`;
  switch (state) {
    case "prepared":
      return style.dim(`  … ${service}: its configuration is in the cluster, before ${names} stops`);
    case "closing":
      return `  … ${service}: stopping ${names}`;
    case "closed":
      return style.dim(`  … ${service}: stopped; checking that nothing uses its directories any more`);
    case "opening":
      return style.dim(`  … ${service}: starting in the cluster`);
    case "verified":
      return `  ${style.green("✔")} ${service}: moved to the cluster${silence}`;
    case "back":
      return `  ${style.yellow("!")} ${service}: going back to ${names}${
        why === undefined ? "" : `: ${why}`
      }`;
    case "returned":
      return `  ${style.green("✔")} ${service}: served by ${names} again${silence}`;
  }
}

function frontLine({ state, asked }: Extract<RunEvent, { type: "front" }>, style: Style): string {
  switch (state) {
    case "asked":
      return style.dim(
        `  … the front: ${plural(asked, "question")} asked at both sides`,
      );
    case "moved":
      return `  ${style.green("✔")} the front: ports of the node lead to the cluster`;
    case "back":
      return `  ${style.yellow("!")} the front: ports of the node lead where they led before`;
    case "unproved":
      return `  ${style.red("✗")} the front: ${plural(asked, "question")} not answered by ports of the node`;
  }
}

function finishedLine(event: Extract<RunEvent, { type: "migration-finished" }>, style: Style): string {
  const took = shortDuration(event.durationMs);
  return event.state === "applied"
    ? `${style.green("✔")} ${style.bold(event.id)} ${event.title}: applied in ${took}`
    : `${style.red("✗")} ${style.bold(event.id)} ${event.title}: failed after ${took}`;
}
