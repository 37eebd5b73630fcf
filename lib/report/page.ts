/** The page of a stack as one HTML file that asks nobody for anything: its style, script, data and map are in it. */
import { visibleAll } from "../diagnostics/visible.ts";
import type { PageModel } from "../views/page/model.ts";

/** The files of lib/report/page, the script as a browser runs it. */
export interface PageFiles {
  readonly html: string;
  readonly style: string;
  readonly script: string;
}

/** What stands in page.html for each part, so that it is a page by itself. */
const MARK = /(?<=<(title)>)[^<]*|\/\* (style|script) \*\/|"(data)"/g;

/** @param map SVG of the stack's map */
export function renderPage(model: PageModel, map: string, { html, style, script }: PageFiles): string {
  const parts: Readonly<Record<string, string>> = {
    title: escaped(visibleAll(model.project)),
    style: style.trim(),
    script: script.trim(),
    // A script's text ends at the first "</script", whatever it is part of.
    data: JSON.stringify({ model: visibleAll(model), map }).replaceAll("<", "\\u003c"),
  };
  return html.replaceAll(MARK, (_, ...names) => parts[names.find((name) => name !== undefined)] ?? "");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
