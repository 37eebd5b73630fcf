/**
 * From the decision about one object to what is sent for it. A run sends it, a preview asks the server for it by
 * dry-runs: both come through here, so that what is shown is what is done.
 */
import { Failure } from "../diagnostics/diagnostic.ts";
import type { KubeObject } from "../kube/object.ts";
import {
  afterRefusal,
  type Change,
  decide,
  type Found,
  outcomeOf,
  type Recorded,
  type Replace,
  type Send,
} from "./decide.ts";
import type { ObjectOutcome } from "./event.ts";
import { diagnoseForeign } from "./foreign.ts";
import { decorate, type Marks } from "./marks.ts";

/** How it is sent: really, or as a question. `Answer` is what comes back. */
export interface Way<Answer> {
  /** @returns also whether the server made it anew, and whether it changed nothing, where that is known */
  send(
    body: KubeObject,
    change: Send,
  ): Promise<{ readonly answer: Answer; readonly created: boolean; readonly isSame?: boolean }>;
  replace(body: KubeObject, change: Replace): Promise<Answer>;
}

/** What came of it; no answer where nothing was sent. */
export interface CarriedOut<Answer> {
  readonly change: Change;
  readonly outcome: ObjectOutcome;
  readonly answer?: Answer;
}

/**
 * Carries out what is decided about the object.
 * @throws Failure (1) where it is somebody else's, ApiError where the server refuses it
 */
export async function carryOut<Answer>(
  object: KubeObject,
  found: Found,
  recorded: Recorded,
  { marks, migration, way }: { readonly marks: Marks; readonly migration: string; readonly way: Way<Answer> },
): Promise<CarriedOut<Answer>> {
  const change = decide(object, found, recorded);
  // The new one is ours, whoever made the old one.
  const replace = async (anew: Replace): Promise<CarriedOut<Answer>> => ({
    change: anew,
    outcome: "replaced",
    answer: await way.replace(decorate(object, marks, migration), anew),
  });
  switch (change.kind) {
    case "keep":
      return { change, outcome: "unchanged" };
    case "refuse":
      throw new Failure(1, diagnoseForeign([change.foreign]));
    case "replace":
      return await replace(change);
  }
  try {
    const { answer, created, isSame } = await way.send(
      decorate(object, marks, migration, change.madeBy),
      change,
    );
    return { change, outcome: isSame ? "unchanged" : outcomeOf(change, created), answer };
  } catch (error) {
    const anew = afterRefusal(object, error);
    if (anew === undefined) throw error;
    return await replace(anew);
  }
}
