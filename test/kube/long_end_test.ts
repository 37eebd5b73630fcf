import assert from "node:assert/strict";
import { stackFor } from "../../lib/migration/stack.ts";
import { preparationsFor } from "../../lib/migration/preparations.ts";
import { milliseconds } from "../../lib/values/duration.ts";
import type { Step } from "../../lib/migration/step.ts";
import { planTestStack } from "../cli/planned_stack.ts";

const COMPOSE = `services:
  lobby: { image: our/lobby:1, stop_grace_period: 1h }
  other: { image: our/other:1 }
`;

Deno.test("a rollout leaves an old pod the time that it may take to end", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/compose.yaml`, COMPOSE);
    const { conversion, decisions } = await planTestStack({ directory, decisions: "namespace: n\n" });
    const deadlines = [...conversion.services.values()].map(({ name, workload }) => {
      // The edge: a Deployment of our own making.
      const spec = workload[0]?.object["spec"] as { readonly progressDeadlineSeconds?: number };
      return [name, spec.progressDeadlineSeconds];
    });
    assert.deepEqual(Object.fromEntries(deadlines), { lobby: 4200, other: undefined });

    const preparations = preparationsFor(conversion, decisions);
    const notes = {
      absent: new Set<string>(),
      claimed: new Set<string>(),
      usersDue: new Set<string>(),
      opensRoutes: false,
      diagnostics: [],
    };
    const view = {
      conversion,
      preparations,
      assigned: [],
      tiers: [],
      later: new Set<string>(),
      placedLater: new Set<string>(),
      usersDue: new Set<string>(),
    };
    const { service, wait } = stackFor(view, notes);
    const timeouts = ["lobby", "other"].map((name) => {
      const [step] = [wait.ready(service(name))].flat() as Step[];
      return step?.kind === "wait" ? milliseconds(step.timeout) / 1000 : undefined;
    });
    assert.deepEqual(timeouts, [4200, 600]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
