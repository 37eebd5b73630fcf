/// <reference lib="dom" />
/** Elements of the page. Texts are always texts: nothing of a stack becomes markup. */

export type Child = Node | string | undefined | readonly Child[];

/** An attribute that is false or undefined is left out; one that is true has no value. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function el(tag: string, attributes: Attributes, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined) continue;
    if (isList(child)) append(element, child);
    else element.append(child);
  }
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

/** A table in a box of its own, which scrolls where the screen is narrow. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): Child {
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el(
        "tbody",
        {},
        // Where the screen is narrow, cells stand below each other, each behind its head.
        rows.map((cells) =>
          el("tr", {}, cells.map((cell, index) => el("td", { "data-head": heads[index] || undefined }, cell)))
        ),
      ),
    ),
  );
}
