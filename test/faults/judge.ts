/** Says whether a target is right after all, from the server's objects and its audit log alone. */
import assert from "node:assert/strict";
import type { ClusterClient } from "../../lib/cluster/client.ts";
import { describeObject, objectKey } from "../../lib/kube/object.ts";
import { plannedObjects } from "../../lib/migration/step.ts";
import { readLiveIndex } from "../../lib/run/live_index.ts";
import { findTarget } from "../../lib/run/prepare.ts";
import { loadState } from "../../lib/run/session.ts";
import { isTodo, selectWork } from "../../lib/run/work.ts";
import { referencePlan, SENTINEL } from "../run/reference_plan.ts";

/** One line of the audit log, as far as it is looked at. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** The audit log from a position on. */
export class AuditReader {
  readonly #path: string;
  #offset: number;

  constructor(path: string) {
    this.#path = path;
    this.#offset = Deno.statSync(path).size;
  }

  /** Events about a namespace, or volumes named after it, since the last call. */
  read(namespace: string): readonly AuditEvent[] {
    const file = Deno.openSync(this.#path);
    try {
      const { size } = file.statSync();
      // A log that was rotated meanwhile starts anew.
      if (size < this.#offset) this.#offset = 0;
      file.seekSync(this.#offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(size - this.#offset);
      let read = 0;
      while (read < bytes.length) read += file.readSync(bytes.subarray(read)) ?? bytes.length;
      const text = new TextDecoder().decode(bytes);
      this.#offset += new TextEncoder().encode(text.slice(0, text.lastIndexOf("\n") + 1)).length;
      return text.split("\n").filter((line) => line.includes(namespace) && line.endsWith("}"))
        .map((line) => JSON.parse(line) as AuditEvent)
        .filter(({ objectRef }) =>
          objectRef?.namespace === namespace || objectRef?.name?.startsWith(namespace) === true
        );
    } finally {
      file.close();
    }
  }
}

const DATA = ["persistentvolumes", "persistentvolumeclaims", "namespaces", "statefulsets", "secrets"];

/** Asserts the invariants; `output` is everything that the runner printed. */
export async function judge(
  client: ClusterClient,
  namespace: string,
  audit: readonly AuditEvent[],
  output: string,
): Promise<void> {
  const plan = referencePlan(namespace);
  const target = await findTarget(client, namespace);
  assert.ok(target !== undefined, "there is no record");
  const state = await loadState(target);
  const live = await readLiveIndex(client, namespace, plan.migrations.flatMap(plannedObjects));
  for (const { object } of plan.migrations.flatMap(plannedObjects)) {
    assert.ok(live.has(objectKey(object)), `lost: ${describeObject(object)}`);
  }
  const left = selectWork(plan, state, live, target.key).filter(isTodo);
  assert.deepEqual(left.map(({ migration, reason }) => `${migration.id} ${reason}`), [], "left to do");
  assert.equal(state.lock, undefined, "the lock is still held");
  assert.deepEqual([...state.records.keys()], plan.migrations.map(({ id }) => id), "recorded wrongly");

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
