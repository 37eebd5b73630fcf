/** Who stands on the directories of a workload that is about to start. No I/O: decides from what was seen. */
import type { Diagnostic, Severity } from "../../diagnostics/diagnostic.ts";
import type { Container, ContainerMount } from "../../docker/containers.ts";
import { describeObject, type PlannedObject } from "../../kube/object.ts";
import { label } from "../../stack/names.ts";
import { overlaps, type Place } from "../../node/place.ts";
import { comesBack, isActive, keepCommand, stateWords, stopCommand, whose } from "./container_words.ts";

/** A workload and where it writes. */
export interface Starting {
  readonly planned: PlannedObject;
  readonly places: readonly Place[];
}

/** A container and where it writes. */
export interface SeenContainer {
  readonly container: Container;
  readonly writes: readonly SeenMount[];
}

/** A mount, and the directories that it leads to. */
export interface SeenMount {
  readonly mount: ContainerMount;
  readonly places: readonly Place[];
}

/** Whether compose has the container's service and the workload's share the mount already. */
export type SharedInCompose = (
  container: Container,
  mount: SeenMount,
  planned: PlannedObject,
) => boolean;

/** How a finding is told. */
export interface Telling {
  readonly severity: Severity;
  /** What the workload does: it `would start`, or it `is started already`. */
  readonly doing: "would start" | "is started already";
}

/** Why it is said at all. */
export const WHY = "two writers on one directory destroy its data";

/** The way where two projects share a directory. */
export const SHARED_ON_PURPOSE =
  "; if both write there on purpose, as in Docker, also name the folder of its project: --stack DIRECTORY";

/**
 * One finding for each container that writes where a workload writes too, as two servers on one directory destroy
 * what is in it, and one for those that were stopped and come back by themselves.
 */
export function inUse(
  seen: readonly SeenContainer[],
  starting: readonly Starting[],
  isShared: SharedInCompose,
  telling: Telling,
): readonly Diagnostic[] {
  const meeting = seen.map(({ container, writes }) => ({
    container,
    met: starting.flatMap(({ planned, places }) =>
      places.filter((place) =>
        writes.some((write) =>
          write.places.some((written) => overlaps(written, place)) &&
          !isShared(container, write, planned)
        )
      ).map((place) => ({ planned, place }))
    ),
  })).filter(({ met }) => met.length > 0);
  return [
    ...meeting.filter(({ container }) => isActive(container))
      .map(({ container, met }) => dataInUse(container, met, telling)),
    ...comingBack(meeting.map(({ container }) => container).filter(comesBack)),
  ];
}

/** Containers in any state, whose next start would be a second writer beside these workloads. */
export function formerOwners(
  seen: readonly SeenContainer[],
  starting: readonly Starting[],
  isShared: SharedInCompose,
): readonly Container[] {
  return seen.filter(({ container, writes }) =>
    starting.some(({ planned, places }) =>
      writes.some((write) =>
        write.places.some((written) => places.some((place) => overlaps(written, place))) &&
        !isShared(container, write, planned)
      )
    )
  ).map(({ container }) => container);
}

interface Met {
  readonly planned: PlannedObject;
  readonly place: Place;
}

function dataInUse(container: Container, met: readonly Met[], { severity, doing }: Telling): Diagnostic {
  const [first] = met;
  const source = first?.planned.source;
  const others = new Set(met.map(({ place }) => place.path)).size - 1;
  const more = others === 0 ? "" : ` and ${others} more`;
  return {
    code: "run-data-in-use",
    severity,
    message: `Container "${container.name}"${whose(container)} ${
      stateWords(container)
    } and writes to "${first?.place.path}"${more}, where ${
      first === undefined ? "" : describeObject(first.planned.object)
    } ${doing}: ${WHY}`,
    ...(source === undefined ? {} : { span: source }),
    hint: isOwn(container, first)
      ? `Let migrate --cross move it, or stop it before the move: ${stopCommand(container)}`
      : `Stop it before the move: ${stopCommand(container)}${elsewhere(container, first)}`,
  };
}

/** Whether it belongs to the project that is moved: a crossing stops it when its turn comes. */
function isOwn({ project, service }: Container, first: Met | undefined): boolean {
  const labels = first?.planned.object.metadata.labels;
  return project !== undefined && service !== undefined &&
    label(project) === labels?.["app.kubernetes.io/part-of"];
}

/** What a container of another project needs where both are meant to write there. */
function elsewhere({ project }: Container, first: Met | undefined): string {
  const own = first?.planned.object.metadata.labels?.["app.kubernetes.io/part-of"];
  return project === undefined || own === undefined || label(project) === own ? "" : SHARED_ON_PURPOSE;
}

/** One for each engine, so that one command is enough. */
function comingBack(containers: readonly Container[]): readonly Diagnostic[] {
  const engines = Map.groupBy(containers, ({ engine }) => engine.flags);
  return [...engines.values()].map((some) => {
    const [first, ...others] = some;
    const names = others.length === 0
      ? `Container "${first?.name}" is stopped, but comes`
      : `${some.length} containers such as "${first?.name}" are stopped, but come`;
    return {
      code: "run-comes-back",
      severity: "warning",
      message:
        `${names} back when the engine or the machine starts again (restart: ${
          [...new Set(some.map(({ restart }) => restart))].join(", ")
        }), ` +
        "on a directory that a workload of the cluster writes to",
      hint: `Keep ${others.length === 0 ? "it" : "them"} stopped: ${keepCommand(some)}`,
    };
  });
}
