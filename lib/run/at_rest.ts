/**
 * What did not start is brought to rest where somebody may start its old container: a pod that tries again for ever
 * would be the second writer.
 */
import { pause } from "../cluster/transport.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { shellWord } from "../diagnostics/shell_word.ts";
import { record } from "../values/json.ts";
import { describeObject, type KubeObject, type PlannedObject, podLabels } from "../kube/object.ts";
import type { ApplyContext } from "./apply.ts";
import { decorate } from "./marks.ts";
import { REST_ANNOTATION } from "./names.ts";

/** What has pods that come again, by the field that keeps it from having any. */
const REST: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Deployment: { replicas: 0 },
  StatefulSet: { replicas: 0 },
  Job: { suspend: true },
};

/** Longer than pods have to end by default. */
const ENDING_MS = 120_000;
const POLL_MS = 500;

/**
 * Brings to rest those of which an old container is there. The next run starts them again, as they are no longer what
 * is planned.
 *
 * @param failed workloads that this run started from nothing and that did not become ready
 * @returns what to say of each
 */
export async function bringToRest(
  failed: readonly PlannedObject[],
  id: string,
  context: ApplyContext,
): Promise<readonly Diagnostic[]> {
  return (await Promise.all(failed.map((planned) => restOne(planned, id, context)))).flat();
}

async function restOne(
  planned: PlannedObject,
  id: string,
  context: ApplyContext,
): Promise<readonly Diagnostic[]> {
  const { object } = planned;
  const rest = REST[object.kind];
  const owners = rest === undefined ? [] : await context.startGuard?.formerOwners(planned) ?? [];
  const [owner] = owners;
  if (rest === undefined || owner === undefined) return [];
  const body = decorate({ ...object, spec: { ...record(object["spec"]), ...rest } }, context, id);
  const annotations = { ...body.metadata.annotations, [REST_ANNOTATION]: "true" };
  const { client, force, guard } = context;
  await client.apply({ ...body, metadata: { ...body.metadata, annotations } }, { force, guard });
  const isGone = await untilWithoutPods(object, context);
  const what = describeObject(object);
  return [{
    code: "run-brought-to-rest",
    severity: "warning",
    message: isGone
      ? `${what} was scaled to zero, because container "${owner}" could be started on its directory while it restarts`
      : `${what} was scaled to zero, but its pod has not ended yet: start no container on its directory before that`,
    ...(planned.source === undefined ? {} : { span: planned.source }),
    hint: `The next run starts it again; to go on as before: docker start ${owners.map(shellWord).join(" ")}`,
  }];
}

/** Whether the last pod has ended in time. */
async function untilWithoutPods(object: KubeObject, { client, signal }: ApplyContext): Promise<boolean> {
  const labelSelector = Object.entries(podLabels(object)).map(([name, value]) => `${name}=${value}`).join(
    ",",
  );
  const end = performance.now() + ENDING_MS;
  for (;;) {
    const pod = { apiVersion: "v1", kind: "Pod" };
    const { items } = await client.list(pod, object.metadata.namespace, {
      labelSelector,
      metadataOnly: true,
    });
    if (items.length === 0) return true;
    if (performance.now() > end) return false;
    await pause(POLL_MS, signal);
  }
}
