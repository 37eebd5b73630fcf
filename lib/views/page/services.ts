/** Services as the page shows them: what `explain` tells of each, beside its verdict. */
import { verdictsOf } from "../../checks/verdicts.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { explainService } from "../explain_service.ts";
import type { Entry, Section } from "../explanation.ts";
import { objectKey } from "../../kube/object.ts";
import { objectsOfService } from "../objects.ts";
import type { StackView } from "../stack_view.ts";
import type { PageEntry, PageSection, PageService } from "./model.ts";
import { fileIn, placeIn } from "./places.ts";

/** The lists of the page whose indexes services name. */
export interface PageLists {
  readonly diagnostics: readonly Diagnostic[];
  /** By `objectKey`. */
  readonly objects: ReadonlyMap<string, number>;
}

/** Every service of the project, in its order. */
export function pageServices(view: StackView, { diagnostics, objects }: PageLists): readonly PageService[] {
  const { facts: { project }, conversion, plan } = view;
  const moved = (name: string): boolean => (conversion.services.get(name)?.kind ?? "none") !== "none";
  const indexes = new Map(diagnostics.map((diagnostic, index) => [diagnostic, index]));
  return verdictsOf(project, { has: moved }, view.diagnostics).map(({ service: name, verdict }) => {
    const { summary, span, lines = [], sections, findings } = explainService(view, name);
    const migration = plan?.migrations.find(({ claimed }) => claimed.includes(name))?.id;
    return {
      name,
      kind: conversion.services.get(name)?.kind ?? "none",
      image: project.services[name]?.image ?? "",
      verdict,
      summary,
      ...(migration === undefined ? {} : { migration }),
      place: placeIn(view, span),
      lines: lines.map(({ span: { file, line }, text, becomes }) => ({
        file: fileIn(view, file),
        line,
        text,
        becomes,
      })),
      objects: objectsOfService(view, name).flatMap(({ object }) => objects.get(objectKey(object)) ?? []),
      sections: sections.filter(({ title }) => title !== "Objects").map((each) => pageSection(view, each)),
      findings: findings.flatMap((each) => indexes.get(each) ?? []),
    };
  });
}

function pageSection(view: StackView, { title, entries }: Section): PageSection {
  return { title, entries: entries.map((entry) => pageEntry(view, entry)) };
}

/** An entry with its place in words. */
export function pageEntry(view: StackView, { name, text = "", span }: Entry): PageEntry {
  return { name, text, place: placeIn(view, span) };
}
