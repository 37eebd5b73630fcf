/** Says whether a target is right after all, from the server's objects and its audit log alone. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { describeObject, objectKey } from "../../lib/kube/object.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { readLiveIndex } from "../../lib/run/live_index.ts";
import { findRecord } from "../../lib/run/prepare.ts";
import { loadState } from "../../lib/run/session.ts";
import { isPending, selectMigrations } from "../../lib/run/select_migrations.ts";
import { referencePlan, SENTINEL } from "../run/reference_plan.ts";
import { differences, type Snapshot, snapshotOf } from "./snapshot.ts";

/** One line of the audit log, as far as it is looked at. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** The audit log from a position on, also across its rotation: the open file is followed when it is renamed. */
export class AuditReader implements Disposable {
  readonly #path: string;
  #file: Deno.FsFile;
  #text = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = Deno.openSync(path);
    this.#file.seekSync(0, Deno.SeekMode.End);
  }

  /** Events about a namespace, or volumes named after it, since the reader was made. */
  read(namespace: string): readonly AuditEvent[] {
    this.#readOn();
    while (this.#file.statSync().ino !== Deno.statSync(this.#path).ino) {
      this.#file.close();
      this.#file = Deno.openSync(this.#path);
      this.#readOn();
    }
    return this.#text.split("\n").filter((line) => line.includes(namespace) && line.endsWith("}"))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ objectRef }) =>
        objectRef?.namespace === namespace || objectRef?.name?.startsWith(namespace) === true
      );
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #readOn(): void {
    const bytes = new Uint8Array(1 << 20);
    const decoder = new TextDecoder();
    for (let count = this.#file.readSync(bytes); count !== null; count = this.#file.readSync(bytes)) {
      this.#text += decoder.decode(bytes.subarray(0, count), { stream: true });
    }
  }
}

const DATA = ["persistentvolumes", "persistentvolumeclaims", "namespaces", "statefulsets", "secrets"];

/**
 * Asserts the invariants.
 * @param wanted what a run that met no fault left behind
 * @param output everything that the runner printed
 */
export async function judge(
  client: ClusterClient,
  namespace: string,
  wanted: Snapshot,
  audit: readonly AuditEvent[],
  output: string,
): Promise<void> {
  const plan = referencePlan(namespace);
  const target = await findRecord(client, namespace);
  assert.ok(target !== undefined, "there is no record");
  const state = await loadState(target);
  const live = await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
  for (const { object } of plan.migrations.flatMap(plannedObjects)) {
    assert.ok(live.has(objectKey(object)), `lost: ${describeObject(object)}`);
  }
  const left = selectMigrations(plan, state, live, target.key).filter(isPending);
  assert.deepEqual(left.map(({ migration, reason }) => `${migration.id} ${reason}`), [], "left to do");
  assert.equal(state.lock, undefined, "the lock is still held");
  assert.deepEqual(
    await recorded(client, namespace),
    plan.migrations.map(({ id }) => `${id} applied`),
    "recorded wrongly",
  );
  assert.deepEqual(differences(wanted, await snapshotOf(client, namespace)), [], "not as without a fault");

  const ours = audit.filter(({ user, requestURI }) =>
    !(user?.username ?? "").startsWith("system:serviceaccount") &&
    !(user?.username ?? "").startsWith("system:kube") && !requestURI.includes("dryRun=All")
  );
  for (const name of ["schema", "fixtures"]) {
    const made = ours.filter(({ objectRef, responseStatus }) =>
      objectRef?.resource === "jobs" && objectRef.name === name && responseStatus?.code === 201
    );
    assert.equal(made.length, 1, `Job "${name}" was made ${made.length} times`);
  }
  const deleted = ours.filter(({ verb, objectRef }) =>
    verb.startsWith("delete") && DATA.includes(objectRef?.resource ?? "")
  );
  assert.deepEqual(deleted.map(({ objectRef }) => objectRef), [], "data was deleted");
  assert.ok(!output.includes(SENTINEL), "a secret was printed");
}

/** What the record's annotations say, read without the runner's own code. */
async function recorded(client: ClusterClient, namespace: string): Promise<readonly string[]> {
  const record = await client.get({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace,
    name: "migration-state",
  });
  return Object.entries(record?.metadata.annotations ?? {})
    .filter(([name]) => name.startsWith("migrations.compose-ferry/")).sort()
    .map(([name, text]) => `${name.split("/")[1]} ${(JSON.parse(text) as { readonly state: string }).state}`);
}
