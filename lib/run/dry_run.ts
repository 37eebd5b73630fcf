/** What a run would do, asked from the server itself by dry-runs: exact, validated, and without a write. */
import { ApiError, diagnoseAccess, isNotFound, isRoleUnseen } from "../cluster/api_error.ts";
import type { LiveObject } from "../cluster/live_object.ts";
import { type Diagnostic, Failure, type Span } from "../diagnostics/diagnostic.ts";
import { maskVersions, type Versions } from "../diff/mask.ts";
import { normalise } from "../diff/normalise.ts";
import { secretValues } from "../diff/secrets.ts";
import { describeObject, type KubeObject, objectKey, type PlannedObject } from "../kube/object.ts";
import { type DigestKey, digestObject } from "../migration/digest.ts";
import { type Plan, plannedObjects, type Step } from "../migration/step.ts";
import { decorate, isImmutable, isReplaceable, refOf } from "./apply.ts";
import type { ObjectOutcome } from "./event.ts";
import type { RunOptions } from "./execute.ts";
import { diagnoseObject } from "./failure.ts";
import { nextEpoch } from "./fence.ts";
import { randomKey } from "./key.ts";
import { liveDigest, type LiveIndex, readLiveIndex } from "./live_index.ts";
import { findTarget, isPrepared } from "./prepare.ts";
import { loadState } from "./session.ts";
import { EMPTY_STATE } from "./state.ts";
import { describe } from "./wait.ts";
import { isTodo, type Reason, selectWork, type Work } from "./work.ts";

/** What would happen to one object. The versions are masked. */
export interface PlannedChange extends Versions {
  readonly object: string;
  readonly outcome: ObjectOutcome;
  readonly source?: Span;
}

/** What one migration would do. */
export interface MigrationPreview {
  readonly id: string;
  readonly title: string;
  readonly reason: Reason;
  readonly absent: readonly string[];
  readonly changes: readonly PlannedChange[];
  readonly manual: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a dry-run needs to know of a run. */
export type DryRunOptions = Pick<RunOptions, "client" | "namespace" | "to" | "redo" | "adopt">;

interface Preview {
  readonly options: DryRunOptions;
  readonly key: DigestKey;
  /** What the run's own would be. */
  readonly epoch: number;
  readonly live: LiveIndex;
  readonly secrets: readonly string[];
  /** Namespaces and kinds that this very run makes before it needs them. */
  readonly coming: Coming;
}

interface Coming {
  readonly namespaces: ReadonlySet<string>;
  /** `group/Kind`. */
  readonly kinds: ReadonlySet<string>;
  /** ValidatingAdmissionPolicies. */
  readonly policies: ReadonlySet<string>;
  /** Roles and ClusterRoles by name. */
  readonly roles: ReadonlySet<string>;
}

/**
 * Previews every migration of the plan. Sends reads and `dryRun=All` requests only.
 * @throws Failure (4) where the cluster cannot be asked
 */
export async function dryRun(plan: Plan, options: DryRunOptions): Promise<readonly MigrationPreview[]> {
  try {
    return await previewWorks(plan, options);
  } catch (error) {
    const access = diagnoseAccess(error, options.client.connection.server);
    throw access === undefined || error instanceof Failure ? error : new Failure(4, [access]);
  }
}

/** As `dryRun`; with `because`, every migration is previewed for that reason, whether it is applied or not. */
export async function previewWorks(
  plan: Plan,
  options: DryRunOptions,
  because?: Reason,
): Promise<readonly MigrationPreview[]> {
  const { client, namespace } = options;
  const planned = plan.migrations.flatMap(plannedObjects);
  const target = await findTarget(client, namespace);
  const [state, live] = await Promise.all([
    target === undefined ? EMPTY_STATE : loadState(target),
    readLiveIndex(client, namespace, planned),
  ]);
  const key = target?.key ?? randomKey();
  const context: Preview = {
    options,
    key,
    epoch: await nextEpoch({ client, namespace }, state),
    live,
    secrets: secretValues(planned.map(({ object }) => object)),
    coming: comingWith(planned, namespace),
  };
  const works = selectWork(plan, state, live, key, options)
    .map((work) => because === undefined ? work : { ...work, reason: because });
  return await Promise.all(works.map((work) => previewOne(work, context)));
}

async function previewOne(work: Work, context: Preview): Promise<MigrationPreview> {
  const { id, title, absent, steps } = work.migration;
  const base = { id, title, absent, reason: work.reason };
  if (!isTodo(work)) return { ...base, changes: [], manual: [], diagnostics: [] };
  const results = await Promise.all(
    plannedObjects(work.migration).map((planned) => previewObject(planned, work, context)),
  );
  const removed = await Promise.all(steps.map((step) => previewRemoval(step, context)));
  return {
    ...base,
    changes: [...results.flatMap((result) => "change" in result ? [result.change] : []), ...removed.flat()],
    manual: steps.flatMap((step) => step.kind === "manual" ? [step.instruction] : []),
    diagnostics: results.flatMap((result) => "diagnostics" in result ? result.diagnostics : []),
  };
}

type ObjectResult =
  | { readonly change: PlannedChange }
  | { readonly diagnostics: readonly Diagnostic[] };

async function previewObject(planned: PlannedObject, work: Work, context: Preview): Promise<ObjectResult> {
  const { options, key, epoch, live, secrets } = context;
  const { object, source } = planned;
  const base = { object: describeObject(object), ...(source === undefined ? {} : { source }) };
  const isKnown = liveDigest(live.get(objectKey(object))) === digestObject(object, key);
  if (isKnown && work.reason !== "redo" && work.reason !== "drift") {
    return { change: { ...base, outcome: "unchanged" } };
  }
  const found = await options.client.get(refOf(object));
  if (found === undefined && work.record?.jobs?.includes(digestObject(object, key))) {
    return { change: { ...base, outcome: "unchanged" } };
  }
  if (found !== undefined && object.kind === "Job" && work.reason === "redo") {
    return { change: { ...base, outcome: "replaced", ...maskVersions({ after: object }, secrets) } };
  }
  try {
    const marks = { owner: options.namespace, key, epoch };
    const after = await ask(decorate(object, marks, work.migration.id), context);
    const isNew = found === undefined || isPrepared(object, live);
    const outcome = isNew ? "created" : "configured";
    const versions = isNew
      ? { after: object }
      : { before: normalise(found), after: normalise(after ?? object) };
    return { change: { ...base, outcome, ...maskVersions(versions, secrets) } };
  } catch (error) {
    if (isImmutable(error) && isReplaceable(object.kind) && found !== undefined) {
      const versions = maskVersions({ before: normalise(found), after: object }, secrets);
      return { change: { ...base, outcome: "replaced", ...versions } };
    }
    return { diagnostics: diagnoseObject(error, planned, options.client.connection.server, secrets) };
  }
}

/** The object as it would be, or undefined where only the run itself can tell: its kind does not exist yet. */
async function ask(body: KubeObject, { options, coming }: Preview): Promise<LiveObject | undefined> {
  const apply = { dryRun: true, ...(options.adopt ? { force: true } : {}) };
  try {
    return (await options.client.apply(body, apply)).object;
  } catch (error) {
    if (isUnjudged(error, body, coming)) return undefined;
    if (!isNotFound(error)) throw error;
    if (isUnknownKind(error) && coming.kinds.has(groupKind(body))) return undefined;
    const { namespace } = body.metadata;
    if (namespace === undefined || !coming.namespaces.has(namespace)) throw error;
    return await askElsewhere(body, namespace, options);
  }
}

/**
 * The namespace is not there yet: the same object is validated as a new one in a namespace that is, under a
 * name of its own, so that nothing that lies there is touched or compared.
 */
async function askElsewhere(
  body: KubeObject,
  namespace: string,
  { client }: DryRunOptions,
): Promise<LiveObject> {
  const { object } = await client.apply(
    { ...body, metadata: { ...body.metadata, namespace: "default" } },
    { dryRun: true, force: true },
  );
  return { ...object, metadata: { ...object.metadata, namespace } };
}

async function previewRemoval(step: Step, { options }: Preview): Promise<readonly PlannedChange[]> {
  if (step.kind !== "remove") return [];
  const found = await options.client.get(step.ref);
  return found === undefined ? [] : [{ object: describe(step.ref), outcome: "deleted" }];
}

function comingWith(planned: readonly PlannedObject[], target: string): Coming {
  const objects = planned.map(({ object }) => object);
  const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  const policies = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
  return {
    policies: new Set(policies.map(({ metadata }) => metadata.name)),
    roles: new Set(
      objects.filter(({ kind }) => ["Role", "ClusterRole"].includes(kind)).map(({ metadata }) =>
        metadata.name
      ),
    ),
    namespaces: new Set([
      target,
      ...objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
    ]),
    kinds: new Set(definitions.map((definition) => {
      // The edge: `spec` of a CustomResourceDefinition.
      const spec = definition["spec"] as { group: string; names: { kind: string } };
      return `${spec.group}/${spec.names.kind}`;
    })),
  };
}

/** Who may bind a policy or a role is decided by what that one says, which nobody knows before it is there. */
function isUnjudged(error: unknown, object: KubeObject, { policies, roles }: Coming): boolean {
  if (isRoleUnseen(error, object)) {
    // The edge: `roleRef` of a binding.
    return roles.has((object["roleRef"] as { readonly name: string }).name);
  }
  if (object.kind !== "ValidatingAdmissionPolicyBinding") return false;
  // The edge: `spec` of a ValidatingAdmissionPolicyBinding.
  const { policyName } = object["spec"] as { readonly policyName: string };
  return error instanceof ApiError && /unable to get policy/.test(error.message) && policies.has(policyName);
}

function groupKind({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion.split("/")[0]}/${kind}`;
}

function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "UnknownKind";
}
