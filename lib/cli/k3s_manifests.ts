/** Files on this machine that k3s applies at each of its starts, and that would undo what a migration has set. */
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { K3S_FIRST_START } from "../kube/host/k3s.ts";
import { record } from "../values/json.ts";
import { describeObject, type KubeObject } from "../kube/object.ts";
import { type Plan, plannedObjects } from "../migration/step.ts";

/** Who looks without root sees no file. */
const FOLDER = dirname(K3S_FIRST_START);

/**
 * One finding for each file of k3s's folder that holds a HelmChartConfig of the plan. Nothing on a machine without
 * k3s.
 *
 * @param folder of k3s's manifests
 */
export async function checkManifests(plan: Plan, folder = FOLDER): Promise<readonly Diagnostic[]> {
  const planned = plan.migrations.flatMap((migration) =>
    plannedObjects(migration).filter(({ object }) => object.kind === "HelmChartConfig")
      .map(({ object }) => ({ object, migration: migration.id }))
  );
  if (planned.length === 0) return [];
  try {
    const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    const applied = files.filter((name) => /\.ya?ml$/.test(name) && !files.includes(`${name}.skip`));
    const findings = await Promise.all(applied.map(async (name) => {
      const path = join(folder, name);
      const objects = objectsIn(await Deno.readTextFile(path));
      return planned.filter(({ object }) => objects.some((other) => isSame(object, other)))
        .map(({ object, migration }) => undoes(path, object, migration));
    }));
    return findings.flat();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (error instanceof Deno.errors.PermissionDenied) return [notLookedAt(folder)];
    throw error;
  }
}

function objectsIn(text: string): readonly Record<string, unknown>[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object = document.errors.length === 0 ? record(document.toJS()) : undefined;
    return object === undefined ? [] : [object];
  });
}

function isSame({ kind, metadata }: KubeObject, other: Record<string, unknown>): boolean {
  const named = record(other["metadata"]);
  return other["kind"] === kind && named?.["name"] === metadata.name &&
    (named["namespace"] ?? "default") === metadata.namespace;
}

function undoes(path: string, object: KubeObject, migration: string): Diagnostic {
  return {
    code: "run-k3s-manifest",
    severity: "warning",
    message: `k3s applies "${path}" again at each of its starts, over the ${
      describeObject(object)
    } of migration "${migration}"`,
    hint: `Remove it once that migration is applied: rm ${path} (nothing in the cluster goes with it)`,
  };
}

function notLookedAt(folder: string): Diagnostic {
  return {
    code: "run-k3s-manifest",
    severity: "info",
    message:
      `"${folder}" could not be checked, since only root can read it: k3s applies its files again at each start`,
    hint: "Run check as root to see whether one of them undoes what a migration sets",
  };
}
