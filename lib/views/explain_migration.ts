/** One migration: why it is there, which services it takes, and what it does in order. */
import { describeObject } from "../kube/object.ts";
import type { PlannedMigration, Step } from "../migration/step.ts";
import { plural } from "../diagnostics/plural.ts";
import { type Entry, type Explanation, placed, section } from "./explanation.ts";
import type { StackView } from "./stack_view.ts";

export function explainMigration(view: StackView, migration: PlannedMigration): Explanation {
  const { project } = view.facts;
  const names = new Set(migration.claimed);
  const before = view.plan?.migrations.flatMap(({ id, claimed }) =>
    claimed.map((service) => [service, id] as const)
  );
  const taken = new Map(before);
  return {
    kind: "migration",
    name: migration.id,
    summary: `${migration.title}. ${migration.why}`,
    sections: [
      ...section(
        "Services",
        migration.claimed.map((name): Entry => ({
          name,
          text: waitsFor(view, name, names, taken),
          ...placed(project.span(["services", name])),
        })),
      ),
      ...section("Not part of this stack", migration.absent.map((name) => ({ name }))),
      ...section("Steps", migration.steps.flatMap(stepEntries)),
    ],
    findings: [],
  };
}

function waitsFor(
  { conversion }: StackView,
  name: string,
  here: ReadonlySet<string>,
  taken: ReadonlyMap<string, string>,
): string {
  const needs = (conversion.services.get(name)?.dependsOn ?? []).flatMap(({ service }) =>
    here.has(service) ? [service] : taken.has(service) ? [`${service} (${taken.get(service)})`] : []
  );
  return needs.length === 0 ? "needs no other" : `needs ${needs.join(", ")}`;
}

function stepEntries(step: Step): Entry[] {
  switch (step.kind) {
    case "apply":
      return [
        { name: "apply", text: plural(step.objects.length, "object") },
        ...step.objects.map(({ object, source }): Entry => ({
          name: "",
          text: describeObject(object),
          ...placed(source),
        })),
      ];
    case "wait":
      return [{
        name: "wait",
        text: `until ${step.ref.kind} ${step.ref.name} is ready, at most ${step.timeout}`,
        ...placed(step.source),
      }];
    case "job":
      return [{
        name: "job",
        text: `${step.object.object.metadata.name} runs to its end, at most ${step.timeout}`,
        ...placed(step.object.source),
      }];
    case "manual":
      return [{ name: "by hand", text: step.instruction }];
    case "cutover":
      return [{ name: "cut over", text: `${step.service}, from its containers to the cluster` }];
    case "remove":
      return [{ name: "remove", text: `${step.ref.kind} ${step.ref.name}` }];
  }
}
