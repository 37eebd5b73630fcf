/// <reference lib="dom" />
/** Decisions, secrets and runs: lists of what is written down. */
import { plural } from "../../diagnostics/plural.ts";
import type { PageModel, PageRun } from "../../views/page/model.ts";
import { type Child, el, table } from "./element.ts";
import { chip, duration, moment, place, serviceLinks } from "./parts.ts";

export function decisions({ decisions }: PageModel): Child {
  return [
    el("h1", { tabindex: -1 }, "Decisions"),
    decisions.length === 0
      ? el("p", {}, "Nothing is decided: what compose does not say is as Docker has it.")
      : table(
        "Decisions",
        ["Key", "Value", "Where"],
        decisions.map(({ name, text, place: where }) => [
          el("code", {}, name),
          el("code", { class: "value" }, text),
          place(where),
        ]),
      ),
  ];
}

/** Names and places, never a value. */
export function secrets({ secrets }: PageModel): Child {
  return [
    el("h1", { tabindex: -1 }, "Secrets"),
    el("p", { class: "quiet" }, "By name and place. No value is in this file."),
    secrets.length === 0 ? el("p", {}, "The stack has none.") : table(
      "Secrets",
      ["Secret", "Written in", "Kept in", "Read by"],
      secrets.flatMap(({ name, places }) =>
        places.map((each, index) => [
          index === 0 ? el("strong", {}, name) : each.name,
          place(each.place),
          each.object === "" ? undefined : el("code", {}, each.object),
          serviceLinks(each.readBy),
        ])
      ),
    ),
  ];
}

export function runs({ runs, status }: PageModel): Child {
  return [
    el("h1", { tabindex: -1 }, "Runs"),
    el(
      "p",
      { class: "quiet" },
      status === undefined
        ? "No cluster was asked: name one with --context, --kubeconfig or --embedded."
        : "The record has, for each migration, the run that worked on it last.",
    ),
    runs.map(run),
  ];
}

function run({ id, by, startedAt, migrations }: PageRun): Child {
  const longest = Math.max(1, ...migrations.map(({ durationMs }) => durationMs ?? 0));
  const total = migrations.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  return el(
    "section",
    {},
    el("h2", {}, `Run ${id}`),
    el(
      "p",
      { class: "quiet" },
      `${plural(migrations.length, "migration")} by ${by}, `,
      moment(startedAt),
      `, ${duration(total)} in all`,
    ),
    table(
      `Migrations of run ${id}`,
      ["Migration", "State", "Took", ""],
      migrations.map(({ id: migration, state, durationMs, error }) => [
        el("code", {}, migration),
        [chip(state), error === null ? undefined : ` ${error}`],
        durationMs === null ? "" : duration(durationMs),
        durationMs === null ? undefined : el("meter", {
          max: longest,
          value: durationMs,
          "aria-label": `${migration} took ${duration(durationMs)}`,
        }),
      ]),
    ),
  );
}
