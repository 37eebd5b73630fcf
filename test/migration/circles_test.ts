/** Circles in what needs what. */
import { equal } from "node:assert/strict";
import { circlesOf, type Edges } from "../../lib/migration/circles.ts";
import { fc } from "../chance.ts";

/** Whether a way of any length leads there, each edge looked at. */
function leads(next: Edges, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const name of seen) for (const other of next.get(name) ?? []) seen.add(other);
  return seen.has(to);
}

Deno.test("circlesOf() gives two nodes one name where each leads to the other, and nowhere else", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 12 });
  fc.assert(fc.property(edges, (all) => {
    const next = new Map([...Map.groupBy(all, ([from]) => from)].map((
      [from, own],
    ) => [from, own.map(([, to]) => to)]));
    const circles = circlesOf(next);
    for (const left of circles.keys()) {
      for (const right of circles.keys()) {
        equal(circles.get(left) === circles.get(right), leads(next, left, right) && leads(next, right, left));
      }
    }
    equal(all.flat().every((name) => circles.has(name)), true);
  }));
});

Deno.test("circlesOf() takes a chain of a hundred thousand nodes", () => {
  const next = new Map(Array.from({ length: 100_000 }, (_, index) => [`${index}`, [`${index + 1}`]]));
  equal(new Set(circlesOf(next).values()).size, 100_001);
});
