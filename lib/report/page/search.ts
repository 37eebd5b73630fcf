/// <reference lib="dom" />
/** Search over services, migrations, objects and codes. */
import type { PageModel } from "../../views/page/model.ts";
import { type Child, el } from "./element.ts";
import { href } from "./route.ts";

export interface Hit {
  readonly name: string;
  readonly what: string;
  readonly link: string;
}

/** Names that begin with the words come first, services before all else. */
export function hits(model: PageModel, query: string): readonly Hit[] {
  const words = query.trim().toLowerCase();
  if (words === "") return [];
  const found = [...services(model), ...objects(model), ...codes(model), ...decided(model)].filter((
    { name },
  ) => name.toLowerCase().includes(words));
  const starts = ({ name }: Hit): number => name.toLowerCase().startsWith(words) ? 0 : 1;
  const kinds = ({ what }: Hit): number => what.startsWith("service") ? 0 : 1;
  return found.toSorted((left, right) => kinds(left) - kinds(right) || starts(left) - starts(right));
}

function services({ services }: PageModel): Hit[] {
  return services.map(({ name, image }) => ({
    name,
    what: image === "" ? "service" : `service of image ${image}`,
    link: href("services", name),
  }));
}

/** Each leads to the service that it serves first; one that serves none is on no page of its own. */
function objects({ services, objects }: PageModel): Hit[] {
  return objects.flatMap(({ name, migration = "" }, index) => {
    const service = services.find((each) => each.objects.includes(index));
    return service === undefined
      ? []
      : [{ name, what: `object, by ${migration}`, link: href("services", service.name, { object: name }) }];
  });
}

function codes({ findings }: PageModel): Hit[] {
  const seen = new Map(findings.map(({ code, severity }) => [code, severity]));
  return [...seen].map(([code, severity]) => ({
    name: code,
    what: "finding",
    link: href("findings", "", { weight: severity }),
  }));
}

function decided({ decisions }: PageModel): Hit[] {
  return decisions.map(({ name }) => ({ name, what: "decision", link: href("decisions") }));
}

export function results(model: PageModel, query: string): Child {
  const found = hits(model, query);
  return [
    el("h1", { tabindex: -1 }, "Search"),
    el("p", { role: "status" }, `${found.length} found for “${query}”; Enter opens the first`),
    el(
      "ul",
      { class: "hits" },
      found.map(({ name, what, link }) =>
        el("li", {}, el("a", { href: link }, name), el("span", { class: "quiet" }, ` ${what}`))
      ),
    ),
  ];
}
