/** What a rehearsal's copy has in an engine: only what has its mark, and nothing that has no more than its name. */
import { Failure } from "../diagnostics/diagnostic.ts";
import type { Engine } from "../docker/engine.ts";
import { findLabelled, type Labelled } from "../docker/labelled.ts";
import { STAND_IN_LABELS } from "../run/living/stand_in.ts";
import { REHEARSAL_LABEL } from "./copied_project.ts";
import { notOwn, ofAnotherFolder } from "./not_own.ts";

/** Whose it is. */
export interface CopyInEngine {
  /** By which it is marked. */
  readonly folder: string;
  /** The copy's project. */
  readonly project: string;
}

/** Set by docker compose on all that it makes, and by which it finds it again. */
const COMPOSE_PROJECT = "com.docker.compose.project";

/** They are nobody's project's. */
const ENGINE_NETWORKS = ["bridge", "host", "none"];

/** Of a volume that nobody named, and that goes with its container. */
const ANONYMOUS = "com.docker.volume.anonymous";

const KINDS = { container: "Container", network: "Network", volume: "Volume" } as const;

/**
 * Copies, and what stands in for them in their networks.
 *
 * @throws Failure (2) where anything else is of a project of that name: docker compose would make it anew as the copy's.
 *   EngineError
 */
export async function findInEngine(
  engine: Engine,
  { folder, project }: CopyInEngine,
): Promise<readonly Labelled[]> {
  const [own, named, helpers] = await Promise.all([
    findLabelled(engine, `${REHEARSAL_LABEL}=${folder}`),
    findLabelled(engine, `${COMPOSE_PROJECT}=${project}`),
    findLabelled(engine, `${STAND_IN_LABELS.project}=${project}`),
  ]);
  const networks = new Set([
    ...own.flatMap(({ kind, name }) => kind === "network" ? [name] : []),
    ...ENGINE_NETWORKS,
  ]);
  const [beside, elsewhere] = [true, false].map((isIn) =>
    helpers.filter((one) => one.networks.every((network) => networks.has(network)) === isIn)
  );
  const found = [...own, ...(beside ?? [])];
  const isOwn = ({ kind, name }: Labelled): boolean =>
    found.some((one) => one.kind === kind && one.name === name);
  const others = [...named, ...(elsewhere ?? [])].find((one) => !isOwn(one) && !(ANONYMOUS in one.labels));
  if (others === undefined) return found;
  const what = `${KINDS[others.kind]} "${others.name}"`;
  const other = others.labels[REHEARSAL_LABEL];
  throw new Failure(2, [
    other === undefined ? notOwn(`${what} of project "${project}"`) : ofAnotherFolder(what, other),
  ]);
}
