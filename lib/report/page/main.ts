/// <reference lib="dom" />
/** The page's own program: what the address names is drawn from the data in the file, and nothing is asked of anybody. */
import type { PageModel } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";
import { findings } from "./findings.ts";
import { decisions, runs, secrets } from "./lists.ts";
import { map } from "./map.ts";
import { networks } from "./networks.ts";
import { overview, serviceTable } from "./overview.ts";
import { href, parseRoute, type Route } from "./route.ts";
import { hits, results } from "./search.ts";
import { service, whole } from "./service.ts";
import { verifications } from "./verifications.ts";

/** What lib/report/page.ts writes into the file. */
interface PageData {
  readonly model: PageModel;
  /** SVG. */
  readonly map: string;
}

/** So often a page of a run that goes on is read again. */
const RELOAD_MS = 2_000;

const { model, map: picture } = JSON.parse(document.getElementById("page")?.textContent ?? "{}") as PageData;

const VIEWS: Readonly<Record<string, readonly [title: string, draw: (route: Route) => Child]>> = {
  "": ["Overview", (route) => overview(model, route)],
  services: ["Services", (route) => route.name === "" ? servicesPage(route) : service(model, route)],
  map: ["Map", ({ parameters }) => map(model, picture, parameters.get("q") ?? "")],
  findings: ["Findings", (route) => findings(model, route)],
  decisions: ["Decisions", () => decisions(model)],
  networks: ["Networks", () => networks(model)],
  secrets: ["Secrets", () => secrets(model)],
  verification: ["Verification", () => verifications(model)],
  runs: ["Runs", () => runs(model)],
  all: ["Everything", () => everything()],
};

function servicesPage(route: Route): Child {
  const verdict = route.parameters.get("verdict");
  return [
    el("h1", { tabindex: -1 }, verdict === undefined ? "Services" : `Services: ${verdict}`),
    serviceTable(model, route),
  ];
}

/** For paper, and for who searches by the browser. */
function everything(): Child {
  const none: Route = { view: "all", name: "", parameters: new Map() };
  return [
    overview(model, none),
    map(model, picture, ""),
    findings(model, none),
    decisions(model),
    networks(model),
    secrets(model),
    verifications(model),
    runs(model),
    model.services.map((each) => whole(model, each, undefined)),
  ];
}

const main = document.getElementById("main") ?? document.body;
const search = el("input", {
  type: "search",
  id: "search",
  placeholder: "Search",
  "aria-label": "Search services, objects, codes and decisions",
  autocomplete: "off",
}) as HTMLInputElement;
let paused = false;

function header(): void {
  const pause = el("button", { type: "button", "aria-pressed": "false" }, "Pause");
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
  });
  document.getElementById("header")?.append(
    el(
      "nav",
      { "aria-label": "Views" },
      Object.entries(VIEWS).map(([view, [title]]) => el("a", { href: href(view), "data-view": view }, title)),
    ),
    el("form", { role: "search" }, search),
    model.isLive ? el("span", { class: "live" }, "live ", pause) : "",
  );
  search.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const [first] = hits(model, search.value);
    if (first !== undefined) location.hash = first.link;
  });
  search.addEventListener("input", () => {
    const { view } = parseRoute(location.hash);
    // On the map the words pick out what fits; elsewhere they are looked for.
    const target = view === "map" ? "map" : "search";
    history.replaceState(null, "", href(target, "", { q: search.value }));
    draw({ keepFocus: true });
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
  });
  document.getElementById("skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
}

function draw({ keepFocus }: { readonly keepFocus: boolean }): void {
  const route = parseRoute(location.hash);
  const query = route.parameters.get("q") ?? "";
  const [title, view] = route.view === "search"
    ? ["Search", (): Child => results(model, query)] as const
    : VIEWS[route.view] ?? ["Not found", (): Child => el("h1", { tabindex: -1 }, "There is no such view")];
  main.replaceChildren(el("div", {}, view(route)));
  document.title = `${route.name === "" ? title : route.name} · ${model.project}`;
  for (const link of document.querySelectorAll("nav a[data-view]")) {
    if (link.getAttribute("data-view") === route.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (search.value !== query && !keepFocus) search.value = query;
  if (keepFocus) return;
  main.querySelector("h1")?.focus({ preventScroll: true });
  const chosen = main.querySelector("details.chosen");
  if (chosen === null) scrollTo(0, 0);
  else chosen.scrollIntoView({ block: "center" });
}

/** The address stays, and with it what is shown. Nobody is disturbed who types, looks elsewhere or has paused it. */
function readAgain(): void {
  if (paused || document.hidden || document.activeElement === search) setTimeout(readAgain, RELOAD_MS);
  else location.reload();
}

header();
search.value = parseRoute(location.hash).parameters.get("q") ?? "";
draw({ keepFocus: true });
addEventListener("hashchange", () => draw({ keepFocus: false }));
if (model.isLive) setTimeout(readAgain, RELOAD_MS);
