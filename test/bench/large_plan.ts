/** A plan of many migrations with a hundred objects each, whose workloads are waited for. */
import type { Plan, PlannedMigration } from "../../lib/migration/step.ts";
import { benchObjects } from "./apply_objects.ts";

const OBJECTS = 100;

/** As many migrations as asked for; each of them has names of its own, and waits for a few of its Deployments. */
export function largePlan(namespace: string, migrations: number): Plan {
  return {
    migrations: Array.from({ length: migrations }, (_, index) => migration(namespace, index)),
  };
}

function migration(namespace: string, index: number): PlannedMigration {
  const id = `${String(10 * (index + 1)).padStart(3, "0")}_part`;
  const [place, ...all] = benchObjects(namespace, OBJECTS, "1");
  const named = all.map((object) => ({
    ...object,
    metadata: { ...object.metadata, name: `part-${index}-${object.metadata.name}` },
  }));
  const objects = index === 0 && place !== undefined ? [place, ...named] : named;
  const waits = named.filter(({ kind }) => kind === "Deployment").map(({ apiVersion, kind, metadata }) => ({
    kind: "wait" as const,
    ref: { apiVersion, kind, namespace, name: metadata.name },
    timeout: "5m",
  }));
  return {
    id,
    title: `Part ${index}`,
    why: "",
    steps: [{ kind: "apply", objects: objects.map((object) => ({ object })) }, ...waits],
    absent: [],
    claimed: [],
  };
}
