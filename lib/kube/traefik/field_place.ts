/** Where a field of an element was written. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { Element } from "../../traefik/routing.ts";
import type { RouteContext } from "./context.ts";

/**
 * The place of the label that sets a field, whatever its spelling; nothing where no label does, as with elements of
 * files, whose own place says enough.
 *
 * @param path within the element: `retry.status`
 */
function fieldPlace(
  { project }: Pick<RouteContext, "project">,
  { name, services }: Element,
  path: string,
): { span?: Span } {
  const [bare = ""] = name.split("@");
  const ending = `.${bare}.${path}`.toLowerCase();
  for (const service of services) {
    const { labels, deploy } = project.services[service] ?? {};
    const places = [[labels, "labels"], [deploy?.labels, "deploy", "labels"]] as const;
    for (const [texts, ...way] of places) {
      const label = Object.keys(texts ?? {}).find((key) => {
        const folded = key.toLowerCase();
        return folded.endsWith(ending) || folded.includes(`${ending}.`);
      });
      const span = label === undefined ? undefined : project.span(["services", service, ...way, label]);
      if (span !== undefined) return { span };
    }
  }
  return {};
}

/** Where a finding about a field of an element points: to the label that sets it, else to the element. */
export function atField(
  context: Pick<RouteContext, "project">,
  element: Element,
  path: string,
): Pick<Element, "span"> {
  return {
    ...(element.span === undefined ? {} : { span: element.span }),
    ...fieldPlace(context, element, path),
  };
}
