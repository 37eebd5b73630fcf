/** The page of a stack: facts and decisions that other parts have, arranged. It has no rules of its own. */
import type { SecretSummary } from "../../secrets/summary.ts";
import { objectKey } from "../../kube/object.ts";
import { plannedObjects } from "../../migration/step.ts";
import type { Status } from "../../run/status.ts";
import type { VerifyReport } from "../../run/verify/report.ts";
import { allDecisions } from "../decisions_about.ts";
import type { CodeText } from "../error_page.ts";
import { shownYaml } from "../explain_object.ts";
import { networksView } from "../networks.ts";
import { shortName, type ViewedObject, viewedObjects } from "../objects.ts";
import type { StackView } from "../stack_view.ts";
import { byWeight, pageFindings } from "./findings.ts";
import type { PageMigration, PageModel, PageObject, PageSecret, PageWait } from "./model.ts";
import { fileIn, placeIn } from "./places.ts";
import { pageRuns } from "./runs.ts";
import { pageEntry, pageServices } from "./services.ts";
import { pageVerifications } from "./verifications.ts";

/** What the stack itself does not tell. */
export interface PageInput {
  readonly namespace: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly isLive: boolean;
  readonly codes: ReadonlyMap<string, CodeText>;
  readonly secrets: readonly SecretSummary[];
  readonly status?: Status;
  readonly waits?: readonly PageWait[];
  readonly verifications?: readonly VerifyReport[];
}

export function pageOf(view: StackView, input: PageInput): PageModel {
  const { namespace, madeAt, isLive, codes, secrets, status, waits = [], verifications = [] } = input;
  const diagnostics = byWeight(view.diagnostics);
  const viewed = viewedObjects(view);
  const objects = new Map(viewed.map(({ object }, index) => [objectKey(object), index]));
  return {
    schemaVersion: 1,
    project: view.facts.project.name,
    namespace,
    madeAt,
    isLive,
    services: pageServices(view, { diagnostics, objects }),
    migrations: pageMigrations(view, objects, status),
    objects: viewed.map((each) => pageObject(view, each)),
    findings: pageFindings(view, diagnostics, codes),
    decisions: allDecisions(view).map((entry) => pageEntry(view, entry)),
    networks: networksView(view.facts),
    secrets: secrets.map((secret) => pageSecret(view, secret)),
    runs: status === undefined ? [] : pageRuns(status),
    ...(status === undefined ? {} : { status }),
    waits,
    verifications: pageVerifications(verifications, view.secrets),
  };
}

/** Those of the plan; with a cluster those that only its record has, too. */
function pageMigrations(
  { plan }: StackView,
  objects: ReadonlyMap<string, number>,
  status: Status | undefined,
): readonly PageMigration[] {
  const planned = (plan?.migrations ?? []).map((migration): PageMigration => {
    const { id, title, why, claimed } = migration;
    const state = status?.migrations.find((each) => each.id === id)?.state;
    return {
      id,
      title,
      why,
      services: claimed,
      objects: plannedObjects(migration).flatMap(({ object }) => objects.get(objectKey(object)) ?? []),
      ...(state === undefined ? {} : { state }),
    };
  });
  const missing = (status?.migrations ?? []).filter(({ id }) => planned.every((each) => each.id !== id))
    .map(({ id, title, state }): PageMigration => ({
      id,
      title,
      why: "",
      services: [],
      objects: [],
      state,
    }));
  return [...planned, ...missing];
}

function pageObject(view: StackView, { object, source, migration }: ViewedObject): PageObject {
  return {
    name: shortName(object),
    ...(migration === undefined ? {} : { migration }),
    place: placeIn(view, source),
    yaml: shownYaml(view, object),
  };
}

function pageSecret(view: StackView, { name, places, decisions, jobs, equalTo }: SecretSummary): PageSecret {
  return {
    name,
    decisions,
    jobs,
    equalTo,
    places: places.map(({ name, file, line, column, kind, object, key, readBy }) => ({
      name,
      place: file === null ? "" : `${fileIn(view, file)}:${line}:${column}`,
      object: object === null ? "" : `${kind?.toLowerCase()}/${object}, key ${key}`,
      readBy,
    })),
  };
}
