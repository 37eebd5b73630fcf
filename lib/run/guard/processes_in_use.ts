/** Processes of the node on the directories of a workload that is about to start. No I/O. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { describeObject } from "../../kube/object.ts";
import type { Holder } from "../../node/processes.ts";
import { type Starting, type Telling, WHY } from "./in_use.ts";

/** The containers and pods that engine and API server have told of: these are judged by what they mount. */
export interface Judged {
  readonly containers: ReadonlySet<string>;
  readonly pods: ReadonlySet<string>;
}

/** Ids of containers are 64 hexadecimal digits; systemd writes the uid of a pod with underscores. */
const CONTAINER_ID = /[0-9a-f]{64}/g;
const POD_UID = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})/g;

/**
 * One finding for each container or process that nobody has told of and that can write where a workload writes. Who sees
 * the mounts of a container that was told of has entered it: what a healthcheck runs there is for a moment in no group of
 * the container's.
 */
export function processesInUse(
  holders: readonly Holder[],
  starting: readonly Starting[],
  judged: Judged,
  telling: Telling,
): readonly Diagnostic[] {
  const entered = new Set(
    holders.filter(({ group }) => isJudged(group, judged)).map(({ namespace }) => namespace),
  );
  const unknown = holders.filter(({ how, group, namespace }) =>
    !isJudged(group, judged) && !(how === "mount" && entered.has(namespace))
  );
  const first = new Map<string, Holder>();
  for (const holder of unknown) {
    const key = `${holder.how === "mount" ? holder.namespace : holder.pid} ${holder.place.path}`;
    if (!first.has(key)) first.set(key, holder);
  }
  return [...first.values()].flatMap((holder) => {
    const met = starting.find(({ places }) => places.includes(holder.place));
    return met === undefined ? [] : [processInUse(holder, met, telling)];
  });
}

function isJudged(group: string, { containers, pods }: Judged): boolean {
  const isOfContainer = [...group.matchAll(CONTAINER_ID)].some(([id]) => containers.has(id));
  return isOfContainer ||
    [...group.matchAll(POD_UID)].some(([, uid]) => pods.has((uid ?? "").replaceAll("_", "-")));
}

function processInUse(
  { pid, command, how, path, place, group }: Holder,
  met: Starting,
  { severity, doing }: Telling,
): Diagnostic {
  const { source } = met.planned;
  const words = {
    mount: `has "${place.path}" mounted for writing, at "${path}" of its own`,
    file: `has "${path}" open for writing, which is in "${place.path}"`,
    directory: `works in "${path}", which is in "${place.path}"`,
  };
  const container = /[0-9a-f]{64}/.exec(group)?.[0]?.slice(0, 12);
  return {
    code: "run-process-in-use",
    severity,
    message: `Process ${pid} ("${command}")${
      container === undefined ? "" : ` of container ${container}`
    } of this machine ${words[how]}, where ${describeObject(met.planned.object)} ${doing}: ${WHY}`,
    ...(source === undefined ? {} : { span: source }),
    hint: `Stop what it belongs to; look with: ps -fp ${pid}; cat /proc/${pid}/cgroup`,
  };
}
