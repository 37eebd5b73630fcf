/// <reference lib="dom" />
/** Who reaches whom: the networks, and a matrix of services. */
import type { PageModel } from "../../views/page/model.ts";
import { type Child, el, table } from "./element.ts";
import { serviceLink, serviceLinks } from "./parts.ts";

export function networks({ networks: { policies, networks, services } }: PageModel): Child {
  return [
    el("h1", { tabindex: -1 }, "Networks"),
    el(
      "p",
      {},
      policies
        ? "Network policies hold services apart that share no network, as Docker did."
        : "There are no network policies: every pod reaches every other one.",
    ),
    table(
      "Networks",
      ["Network", "Kind", "Services"],
      networks.map(({ name, internal, external, services, traefik }) => [
        el("strong", {}, name),
        [internal ? "internal" : "", external ? "external" : ""].filter((word) => word !== "").join(", "),
        [serviceLinks(services), traefik ? `${services.length === 0 ? "" : ", "}Traefik` : ""],
      ]),
    ),
    el("h2", {}, "Who reaches whom"),
    el("p", { class: "quiet" }, "A row reaches what has a mark in its columns."),
    matrix(services),
  ];
}

function matrix(services: PageModel["networks"]["services"]): Child {
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Who reaches whom" },
    el(
      "table",
      { class: "matrix" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("td", {}),
          services.map(({ service }) => el("th", { scope: "col" }, el("span", {}, service))),
          el("th", { scope: "col" }, el("span", {}, "outside")),
          el("th", { scope: "col" }, el("span", {}, "open to all")),
        ),
      ),
      el(
        "tbody",
        {},
        services.map(({ service, reaches, open, wayOut }) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, serviceLink(service)),
            services.map((other) => cell(other.service === service ? "self" : mark(reaches, other.service))),
            cell(wayOut ? "reaches" : "no"),
            el("td", {}, open.join(", ")),
          )
        ),
      ),
    ),
  );
}

type Mark = "self" | "reaches" | "no";

function mark(reaches: readonly string[], other: string): Mark {
  return reaches.includes(other) ? "reaches" : "no";
}

function cell(mark: Mark): HTMLElement {
  const sign = mark === "reaches" ? el("span", { role: "img", "aria-label": "reaches" }, "●") : undefined;
  return el("td", { class: mark }, sign);
}
