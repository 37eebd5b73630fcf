/** One label of Traefik: what it defines, for which service, and which objects that became. */
import type { Element, Routing } from "../traefik/routing.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import { objectsOfService, shortName } from "./objects.ts";
import { shownValue } from "./shown_value.ts";
import type { StackView } from "./stack_view.ts";

/** A label as a service has it. */
export interface FoundLabel {
  readonly service: string;
  readonly label: string;
  readonly value: string;
}

/** Every label of Traefik that the stack has, in its order. */
export function traefikLabels({ facts: { project } }: StackView): readonly FoundLabel[] {
  return Object.values(project.services).flatMap(({ name: service, labels }) =>
    Object.entries(labels ?? {}).flatMap(([label, value]) =>
      label.toLowerCase().startsWith("traefik.") ? [{ service, label, value }] : []
    )
  );
}

/** @param found labels that differ in their service alone */
export function explainLabel(view: StackView, found: readonly FoundLabel[]): Explanation {
  const { project, routing } = view.facts;
  const [first] = found;
  const label = first?.label ?? "";
  const span = project.span(["services", first?.service ?? "", "labels", label]);
  const element = elementOf(routing, label);
  const services = new Set(found.map(({ service }) => service));
  const spans = found.map((each) => project.span(["services", each.service, "labels", each.label]));
  const near = spans.concat(element?.span);
  return {
    kind: "label",
    name: label,
    summary: element === undefined ? partOf(label) : `Defines "${element.name}" of Traefik.`,
    ...placed(span),
    sections: [
      ...section(
        "Value",
        found.map(({ service, value }): Entry => ({
          name: service,
          text: shownValue(label, value, view.secrets),
          ...placed(project.span(["services", service, "labels", label])),
        })),
      ),
      ...section("With all of its labels", element === undefined ? [] : fieldsOf(element, view.secrets)),
      ...section("Routes and their parts", [...services].flatMap((service) => objectEntries(view, service))),
    ],
    findings: view.diagnostics.filter((each) =>
      near.some((place) =>
        place?.file === each.span?.file && place?.line === each.span?.line && place !== undefined
      )
    ),
  };
}

/** What a label is that nothing was made of. */
function partOf(label: string): string {
  const [, kind, name] = /^traefik\.(?:http|tcp|udp)\.(router|service|middleware)s\.([^.]+)\./i.exec(label) ??
    [];
  return kind === undefined || name === undefined
    ? "A Traefik label that defines no router, service or middleware by itself."
    : `A label of the ${kind.toLowerCase()} "${name}" of Traefik, which there is none of: a finding says why.`;
}

/** What the name in `traefik.http.routers.NAME.rule` defines. */
function elementOf(routing: Routing, label: string): Element | undefined {
  const [, protocol = "", kind = "", name = ""] = label.toLowerCase().split(".");
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    http: { ...routing.http },
    tcp: { ...routing.tcp },
    udp: { ...routing.udp },
  };
  const elements = sections[protocol]?.[kind];
  if (!(elements instanceof Map)) return undefined;
  for (const [key, element] of elements as ReadonlyMap<string, Element>) {
    if (key.toLowerCase() === `${name}@docker`) return element;
  }
  return undefined;
}

function fieldsOf({ fields }: Element, secrets: readonly string[]): Entry[] {
  return Object.entries(fields).map(([name, value]) => ({ name, text: shownValue(name, value, secrets) }));
}

function objectEntries(view: StackView, service: string): Entry[] {
  return objectsOfService(view, service)
    .filter(({ object }) => object.apiVersion.startsWith("traefik.io/"))
    .map(({ object, source, migration }) => ({
      name: shortName(object),
      ...(migration === undefined ? {} : { text: `by ${migration}` }),
      ...placed(source),
    }));
}
