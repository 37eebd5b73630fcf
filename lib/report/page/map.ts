/// <reference lib="dom" />
/** The map: drawn by Graphviz when the page was made; here it is zoomed, searched and coloured. */
import type { PageModel } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";

const SMALLEST = 0.2;
const LARGEST = 4;
const STEP = 1.25;
/** Smaller than that nothing can be read: what does not fit is scrolled to. */
const READABLE = 0.6;

/** @param picture the SVG, whose nodes are titled `service web` */
export function map(model: PageModel, picture: string, query: string): Child {
  const svg = parsed(picture);
  label(svg, model);
  highlight(svg, query);
  const box = el("div", { class: "map", tabindex: 0, role: "region", "aria-label": "Map of the stack" });
  box.append(svg);
  return [
    el("h1", { tabindex: -1 }, "Map"),
    el(
      "p",
      { class: "quiet" },
      "An arrow leads to what is needed; dashed where only configuration names it. A service leads to its page.",
    ),
    controls(box, svg),
    box,
  ];
}

function parsed(picture: string): SVGSVGElement {
  const { documentElement } = new DOMParser().parseFromString(picture, "image/svg+xml");
  // The edge: Graphviz writes an SVG.
  return document.importNode(documentElement, true) as unknown as SVGSVGElement;
}

/** Services say what becomes of them, and carry their migration's state. */
function label(svg: SVGSVGElement, model: PageModel): void {
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "Map of the stack");
  for (const node of svg.querySelectorAll("g.node")) {
    const name = titleOf(node);
    const service = model.services.find((each) => `service ${each.name}` === name);
    const state = model.migrations.find(({ id }) => id === service?.migration)?.state;
    if (state !== undefined) node.classList.add(`state-${state}`);
    if (service !== undefined) node.querySelector("a")?.setAttribute("aria-label", service.name);
  }
}

/** What does not fit the words is drawn faintly. */
function highlight(svg: SVGSVGElement, query: string): void {
  const words = query.toLowerCase();
  for (const node of svg.querySelectorAll("g.node, g.edge")) {
    const isFound = words === "" || titleOf(node).toLowerCase().includes(words);
    node.classList.toggle("faint", !isFound);
  }
}

function titleOf(node: Element): string {
  return node.querySelector("title")?.textContent ?? "";
}

function controls(box: HTMLElement, svg: SVGSVGElement): HTMLElement {
  const { width, height } = svg.viewBox.baseVal;
  let zoom = 1;
  const show = (wanted: number): void => {
    zoom = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    svg.style.width = `${width * zoom}px`;
    svg.style.height = `${height * zoom}px`;
  };
  const fit = (): void => show(Math.min(1, box.clientWidth / width));
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    show(event.deltaY < 0 ? zoom * STEP : zoom / STEP);
  }, { passive: false });
  box.addEventListener("keydown", ({ key }) => {
    if (key === "+") show(zoom * STEP);
    if (key === "-") show(zoom / STEP);
    if (key === "0") show(1);
  });
  // Its width is known once it is on the page.
  requestAnimationFrame(() => show(Math.max(READABLE, Math.min(1, box.clientWidth / width))));
  return el(
    "p",
    { class: "controls" },
    button("+", "Larger", () => show(zoom * STEP)),
    button("−", "Smaller", () => show(zoom / STEP)),
    button("Full size", "Full size", () => show(1)),
    button("Fit", "Fit the width", fit),
  );
}

function button(text: string, label: string, press: () => void): HTMLElement {
  const made = el("button", { type: "button", "aria-label": label, title: label }, text);
  made.addEventListener("click", press);
  return made;
}
