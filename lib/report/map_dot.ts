/** The map of a stack in Graphviz's language (graphviz.org/doc/info/lang.html), which also becomes its SVG. */
import { visible } from "../diagnostics/visible.ts";
import type { Need } from "../views/needs.ts";
import type { Route } from "../views/routes.ts";
import type { Lane, MapService, MapStore, StackMap } from "../views/stack_map.ts";

const LEGEND = "\nan arrow leads to what is needed; dashed where only configuration names it";

/** What is said on one node; more is in its tooltip. */
const MOST_LINES = 3;
const LONGEST = 38;

/** How the map is drawn. */
export interface MapDotOptions {
  /** The service in the middle, whose needs have their reasons written beside them. */
  readonly around?: string;
  /** Where a click on a service leads, on a page that has a title and a legend of its own. */
  readonly href?: (service: string) => string;
}

/** Nodes and edges have classes (`service`, `outside`, `store`, `need`), so that a page can give them its colours. */
export function renderMapDot(map: StackMap, { around, href }: MapDotOptions = {}): string {
  const label = href === undefined ? map.project + LEGEND : "";
  return [
    "digraph stack {",
    '  graph [rankdir="LR" fontname="Arial" nodesep="0.18" ranksep="0.9" pad="0.3" ' +
    `label=${text(label)} labelloc="t" fontsize="14" tooltip=${text(map.project)}]`,
    '  node [fontname="Arial" fontsize="11" shape="box" style="rounded,filled" ' +
    'fillcolor="#ffffff" color="#475569" margin="0.16,0.06" height="0.3"]',
    '  edge [fontname="Arial" fontsize="9" color="#475569" arrowsize="0.7"]',
    ...map.lanes.flatMap((lane, index) => laneLines(lane, index, map, href)),
    ...waysIn(map),
    ...map.stores.filter(isShared).flatMap(store),
    ...map.needs.map((need) => edge(need, around)),
    "}",
    "",
  ].join("\n");
}

function laneLines(
  { id, title, services }: Lane,
  index: number,
  map: StackMap,
  href: MapDotOptions["href"],
): string[] {
  return [
    `  subgraph cluster_${index} {`,
    `    graph [label=${text(id)} tooltip=${
      text(title)
    } labeljust="l" fontsize="12" style="rounded,filled" ` +
    `color="${LANE_BORDER}" fillcolor="${LANES[index % LANES.length]}"]`,
    ...services.map((service) => `    ${serviceNode(service, map, href)}`),
    "  }",
  ];
}

/** With the stores that are its alone, so that lines are left for what services share. */
function serviceNode(
  { name, kind }: MapService,
  { stores }: StackMap,
  href: MapDotOptions["href"],
): string {
  const own = stores.filter((each) => !isShared(each) && each.users.some(({ service }) => service === name));
  const rows = own.map((each) => {
    const colour = each.kind === "host" ? HOST : STORE;
    const cell = `BGCOLOR="${colour}" ALIGN="LEFT"`;
    return `<TR><TD ${cell}><FONT POINT-SIZE="9">${html(fromEnd(each.name))}</FONT></TD></TR>`;
  });
  const label = own.length === 0
    ? text(name)
    : `<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="3"><TR><TD>${html(name)}</TD></TR>${
      rows.join("")
    }</TABLE>>`;
  const tooltip = [`${name}: ${kind}`, ...own.map((each) => `${each.name}: ${each.text}`)].join("\n");
  const looks = kind === "none"
    ? ' style="rounded,dashed" fontcolor="#64748b"'
    : kind === "StatefulSet"
    ? ' penwidth="2"'
    : "";
  const link = href === undefined ? "" : ` href=${text(href(name))}`;
  return `${node("service", name)} [label=${label} tooltip=${text(tooltip)}${looks}${link} class="service"]`;
}

function isShared({ users }: MapStore): boolean {
  return new Set(users.map(({ service }) => service)).size > 1;
}

const STORE = "#fef9c3";
const HOST = "#fee2e2";
const LANES = ["#f1f5f9", "#eef6f0", "#f8f3e8", "#f0f0fa"] as const;
const LANE_BORDER = "#cbd5e1";

/** All ways into a service are one node, so that a stack of many routes stays a picture. */
function waysIn({ routes }: StackMap): string[] {
  const services = [...new Set(routes.map(({ service }) => service))];
  return services.flatMap((service) => {
    const names = [...new Set(routes.filter((route) => route.service === service).flatMap(shortRule))];
    const id = node("outside", service);
    return [
      `  ${id} [label=${text(shortened(names).join("\n"))} tooltip=${
        text(names.join("\n"))
      } shape="box" style="filled" margin="0.16,0.06" fillcolor="#dcfce7" color="#15803d" fontsize="9" class="outside"]`,
      `  ${id} -> ${node("service", service)} [color="#15803d" class="outside"]`,
    ];
  });
}

function store({ name, kind, text: what, users }: MapStore): string[] {
  const id = node("store", name);
  const shape = kind === "host" ? "folder" : "cylinder";
  const fill = kind === "host" ? HOST : STORE;
  return [
    `  ${id} [label=${text(fromEnd(name))} tooltip=${
      text(what)
    } shape="${shape}" style="filled" fillcolor="${fill}" color="#a16207" fontsize="9" class="store"]`,
    ...users.map(({ service, target, readOnly }) =>
      `  ${node("service", service)} -> ${id} [color="#a16207" tooltip=${text(target)}${
        readOnly ? ' style="dashed"' : ""
      } arrowhead="none" class="store"]`
    ),
  ];
}

/** What is only named is drawn lighter than what is said to be needed. */
function edge({ from, to, why, reason }: Need, around: string | undefined): string {
  const style = reason === "named" ? ' style="dashed" color="#94a3b8"' : "";
  const label = around === undefined || from !== around && to !== around ? "" : ` label=${text(why)}`;
  return `  ${node("service", from)} -> ${node("service", to)} [tooltip=${
    text(`${from} needs ${to}: ${why}`)
  }${style}${label} class="need"]`;
}

/** `shop.example` for what Traefik calls Host(`shop.example`), each alternative for itself. */
function shortRule({ name }: Route): string[] {
  return name.split(" || ").map((part) => part.replaceAll(/\bHost\(`([^`]*)`\)/g, "$1"));
}

/** The end of a path tells more than its beginning. */
function fromEnd(name: string): string {
  return name.length <= LONGEST ? name : `…${name.slice(1 - LONGEST)}`;
}

function shortened(names: readonly string[]): string[] {
  const lines = names.slice(0, names.length > MOST_LINES ? MOST_LINES - 1 : MOST_LINES)
    .map((name) => name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 1)}…`);
  return names.length > MOST_LINES ? [...lines, `and ${names.length - lines.length} more`] : lines;
}

function node(kind: string, name: string): string {
  return text(`${kind} ${name}`);
}

/** For a label of Graphviz's HTML. */
function html(value: string): string {
  return visible(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A quoted string; line breaks are Graphviz's own. */
function text(value: string): string {
  const lines = value.split("\n").map((line) =>
    visible(line).replaceAll("\\", "\\\\").replaceAll('"', '\\"')
  );
  return `"${lines.join("\\n")}"`;
}
