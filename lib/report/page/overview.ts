/// <reference lib="dom" />
/** The first page: how far the move is, what becomes of the services, what was found. */
import { plural } from "../../diagnostics/plural.ts";
import type { PageMigration, PageModel } from "../../views/page/model.ts";
import { type Child, el, table } from "./element.ts";
import { chip, duration, findingWords, moment, serviceLink, serviceLinks, weightWord } from "./parts.ts";
import { href, type Route } from "./route.ts";
import { lastVerification } from "./verifications.ts";

const VERDICTS = ["will not work", "differs", "works as before", "left out"] as const;
const WEIGHTS = ["error", "question", "warning", "info"] as const;

export function overview(model: PageModel, route: Route): Child {
  const { project, namespace, services, objects, migrations, madeAt } = model;
  return [
    el("h1", { tabindex: -1 }, project),
    el(
      "p",
      { class: "quiet" },
      `${plural(services.length, "service")}, ${
        plural(objects.length, "object")
      } in namespace “${namespace}”, `,
      `${plural(migrations.filter(({ objects }) => objects.length > 0).length, "migration")}. Made `,
      moment(madeAt),
      ".",
    ),
    tiles(model),
    el(
      "div",
      { class: "halves" },
      el("div", {}, progress(model)),
      el(
        "div",
        {},
        cutover(model),
        lastVerification(model),
        el("h2", {}, "Services"),
        serviceTable(model, route),
      ),
    ),
  ];
}

function tiles({ services, findings }: PageModel): Child {
  return el(
    "ul",
    { class: "tiles", "aria-label": "Counts" },
    VERDICTS.flatMap((verdict) => {
      const number = services.filter((service) => service.verdict === verdict).length;
      return number === 0 ? [] : [tile(number, chip(verdict), href("services", "", { verdict }))];
    }),
    WEIGHTS.flatMap((weight) => {
      const number = findings.filter(({ severity }) => severity === weight).length;
      const word = weightWord({ severity: weight });
      const link = href("findings", "", { weight });
      return number === 0 ? [] : [tile(number, chip(number === 1 ? word : `${word}s`, weight), link)];
    }),
  );
}

function tile(number: number, word: HTMLElement, link: string): HTMLElement {
  return el("li", {}, el("a", { href: link }, el("strong", {}, String(number)), " ", word));
}

/** The migrations in order, with their states where a cluster was asked. */
function progress(model: PageModel): Child {
  const { status } = model;
  const migrations = model.migrations.filter(({ objects, state }) => objects.length > 0 || isTold(state));
  const applied = migrations.filter(({ state }) => state === "applied").length;
  return [
    el("h2", {}, "Migrations"),
    status === undefined ? undefined : el(
      "p",
      {},
      el("progress", {
        max: migrations.length,
        value: applied,
        "aria-label": "Migrations applied",
      }),
      ` ${applied} of ${migrations.length} applied to ${status.cluster.context}`,
      status.run === null ? "" : `; run ${status.run.runId} of ${status.run.holder} is in progress`,
    ),
    waits(model),
    el("ol", { class: "migrations" }, migrations.map((each) => migration(model, each))),
  ];
}

function isTold(state: PageMigration["state"]): boolean {
  return state !== undefined && state !== "skipped";
}

function migration(
  { status }: PageModel,
  { id, title, state, services, objects, why }: PageMigration,
): Child {
  const line = status?.migrations.find((each) => each.id === id);
  const took = line?.durationMs ?? null;
  return el(
    "li",
    {},
    el(
      "p",
      {},
      state === undefined ? undefined : [chip(state), " "],
      el("code", {}, id),
      ` ${title}`,
      el(
        "span",
        { class: "quiet" },
        `, ${plural(objects.length, "object")}`,
        took === null ? "" : `, in ${duration(took)}`,
      ),
    ),
    why === "" ? undefined : el("p", { class: "quiet" }, why),
    line?.error === null || line === undefined || state !== "failed"
      ? undefined
      : el("p", { class: "hint" }, line.error),
    services.length === 0 ? undefined : el("p", {}, serviceLinks(services)),
  );
}

function waits({ waits, isLive }: PageModel): Child {
  if (waits.length === 0) return undefined;
  return [
    el("h3", {}, isLive ? "Waiting" : "Longest waits"),
    el(
      "ul",
      {},
      waits.map(({ object, elapsedMs, reason, isReady }) =>
        el(
          "li",
          {},
          el("code", {}, object),
          ` ${duration(elapsedMs)}${isReady ? "" : ", not ready"}${reason === "" ? "" : `: ${reason}`}`,
        )
      ),
    ),
  ];
}

/** Who serves what was moved while it ran. */
function cutover({ status }: PageModel): Child {
  if (status === undefined || status.services.length === 0) return undefined;
  return [
    el("h2", {}, "Cut-over"),
    table(
      "Cut-over",
      ["Service", "Served by", "Since", "Its containers"],
      status.services.map(({ service, servedBy, since, containers }) => [
        serviceLink(service),
        chip(servedBy, `served-${servedBy}`),
        moment(since),
        containers.join(", "),
      ]),
    ),
  ];
}

/** All of them, or those with the verdict that the address names. */
export function serviceTable(model: PageModel, { parameters }: Route): Child {
  const verdict = parameters.get("verdict");
  const shown = model.services.filter((service) => verdict === undefined || service.verdict === verdict);
  return table(
    "Services",
    ["Service", "Verdict", "Becomes", "Started by", "Findings"],
    shown.map((service) => [
      serviceLink(service.name),
      chip(service.verdict),
      service.kind === "none" ? "" : service.kind,
      service.migration ?? "",
      findingWords(model, service),
    ]),
  );
}
