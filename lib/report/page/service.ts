/// <reference lib="dom" />
/** One service: its lines beside the objects that they became, and everything that is known of it. */
import type { PageLine, PageModel, PageObject, PageService } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";
import { chip, entries, finding, place } from "./parts.ts";
import { href, type Route } from "./route.ts";

export function service(model: PageModel, { name, parameters }: Route): Child {
  const found = model.services.find((each) => each.name === name);
  if (found === undefined) return el("h1", { tabindex: -1 }, `The stack has no service “${name}”`);
  return whole(model, found, parameters.get("object"));
}

/** @param chosen the object that is open; else the workload is */
export function whole(model: PageModel, found: PageService, chosen: string | undefined): Child {
  const objects = found.objects.flatMap((index) => model.objects[index] ?? []);
  const findings = found.findings.flatMap((index) => model.findings[index] ?? []);
  return [
    el("h1", { tabindex: -1 }, found.name, " ", chip(found.verdict)),
    el("p", {}, found.summary, " ", place(found.place)),
    el(
      "div",
      { class: "sides" },
      el("section", { "aria-label": "Before" }, el("h2", {}, "Before"), before(found, objects)),
      el("section", { "aria-label": "After" }, el("h2", {}, "After"), after(found, objects, chosen)),
    ),
    findings.length === 0 ? undefined : [el("h2", {}, "Findings"), findings.map(finding)],
    el(
      "div",
      { class: "sections" },
      found.sections.map(({ title, entries: list }) =>
        el("section", {}, el("h2", {}, title), entries(model, list))
      ),
    ),
  ];
}

/** A block for each file. */
function before(found: PageService, objects: readonly PageObject[]): Child {
  const files = [...new Set(found.lines.map(({ file }) => file))];
  return files.map((file) => [
    el("h3", {}, el("code", {}, file)),
    el(
      "ol",
      { class: "lines" },
      found.lines.filter((line) => line.file === file).map((line) => lineOf(found, line, objects)),
    ),
  ]);
}

function lineOf(
  found: PageService,
  { line, text, becomes }: PageLine,
  objects: readonly PageObject[],
): Child {
  return el(
    "li",
    { value: line },
    el("code", {}, text === "" ? " " : text),
    becomes.length === 0 ? undefined : el(
      "span",
      { class: "becomes" },
      "→ ",
      becomes.map((word, index) => [index === 0 ? "" : "; ", becoming(found, word, objects)]),
    ),
  );
}

/** A link to the object, where it is one of the service. */
function becoming({ name }: PageService, word: string, objects: readonly PageObject[]): Child {
  return objects.some((object) => object.name === word)
    ? el("a", { href: href("services", name, { object: word }) }, word)
    : word;
}

const WORKLOAD = /^(deployment|statefulset|daemonset|job|cronjob)\//;

function after(found: PageService, objects: readonly PageObject[], chosen: string | undefined): Child {
  if (objects.length === 0) return el("p", { class: "quiet" }, "It becomes no object.");
  const open = chosen ?? objects.find(({ name }) => WORKLOAD.test(name))?.name;
  return objects.map((object) =>
    el(
      "details",
      { open: object.name === open, class: object.name === chosen ? "chosen" : undefined },
      el(
        "summary",
        {},
        el("code", {}, object.name),
        object.migration === undefined
          ? undefined
          : el("span", { class: "quiet" }, ` by ${object.migration}`),
      ),
      el(
        "pre",
        { tabindex: 0, "aria-label": `${object.name} of ${found.name}` },
        el("code", {}, object.yaml),
      ),
    )
  );
}
