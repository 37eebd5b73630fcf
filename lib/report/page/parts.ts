/// <reference lib="dom" />
/** What several views show alike. */
import { plural } from "../../diagnostics/plural.ts";
import type { PageEntry, PageFinding, PageModel, PageService } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";
import { href } from "./route.ts";

/** A word with the colour of what it means; never the colour alone. */
export function chip(word: string, kind: string = word): HTMLElement {
  return el("span", { class: `chip ${kind.replaceAll(" ", "-")}` }, word);
}

/** An `info` is called a remark, as on the command line. */
export function weightWord({ severity }: Pick<PageFinding, "severity">): string {
  return severity === "info" ? "remark" : severity;
}

export function serviceLink(name: string): HTMLElement {
  return el("a", { href: href("services", name) }, name);
}

/** Links with commas between them. */
export function serviceLinks(names: readonly string[]): Child {
  return names.map((name, index) => index === 0 ? serviceLink(name) : [", ", serviceLink(name)]);
}

export function place(text: string): Child {
  return text === "" ? undefined : el("code", { class: "place" }, text);
}

/** Names beside what is said of them; a name that is a service leads to it. */
export function entries(model: PageModel, list: readonly PageEntry[]): HTMLElement {
  return el(
    "dl",
    { class: "entries" },
    list.map((entry) => [
      el("dt", {}, nameOf(model, entry.name)),
      el("dd", {}, entry.text, " ", place(entry.place)),
    ]),
  );
}

function nameOf(model: PageModel, name: string): Child {
  return model.services.some((service) => service.name === name) ? serviceLink(name) : name || "also";
}

/** One finding, with its line and what to do. */
export function finding(each: PageFinding): HTMLElement {
  return el(
    "article",
    { class: `finding ${each.severity}` },
    el("p", {}, chip(weightWord(each), each.severity), " ", el("span", { class: "message" }, each.message)),
    each.line === "" ? undefined : el("pre", { tabindex: 0 }, el("code", {}, each.line)),
    each.hint === "" ? undefined : el("p", { class: "hint" }, el("strong", {}, "Hint: "), each.hint),
    el(
      "p",
      { class: "quiet" },
      place(each.place),
      " ",
      el("code", {}, each.code),
      each.services.length === 0 ? undefined : [" about ", serviceLinks(each.services)],
    ),
  );
}

/** How many findings of each weight a service has, remarks left out. */
export function findingWords(model: PageModel, service: PageService): string {
  const found = service.findings.flatMap((index) => model.findings[index] ?? []);
  return (["error", "question", "warning"] as const).flatMap((severity) => {
    const number = found.filter((each) => each.severity === severity).length;
    return number === 0 ? [] : [plural(number, severity)];
  }).join(", ");
}

/** `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round(ms % 60_000 / 1_000)} s`;
}

/** `2026-11-30 21:05:09Z`. */
export function moment(iso: string): HTMLElement {
  return el("time", { datetime: iso }, iso.replace("T", " ").replace(/\.\d+Z$/, "Z"));
}
