/**
 * The front: ports of the node from Docker to the cluster, in one step. Before it, every route is asked at the cluster's
 * own Traefik, by name and certificate; after it, by the node's address; where the answers do not come, the ports go back.
 */
import { pause } from "../cluster/transport.ts";
import { ApiError, ConnectionError } from "../cluster/api_error.ts";
import type { ClusterClient } from "../cluster/client.ts";
import { StrangeAnswer } from "../cluster/strange_answer.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../kube/object.ts";
import { refOf } from "../migration/step.ts";
import { removeObject } from "./remove.ts";
import { applyWaves, type Running } from "./start.ts";
import type { InventoryEntry } from "./state.ts";
import { type Answer, type Compared, NO_CERTIFICATE } from "./verify/answer.ts";
import { nameOf, type Question } from "./verify/questions.ts";
import { type Side, verify } from "./verify/verify.ts";

/** What the front is, and who is asked whether it may move. */
export interface FrontOptions {
  /** Whether the object opens ports of the node. */
  readonly isFront: (planned: PlannedObject) => boolean;
  readonly questions: readonly Question[];
  /** Docker's Traefik and published ports. */
  readonly docker: (client: ClusterClient) => Promise<Side>;
  /** The cluster's, by Services that are there before it has ports of the node. */
  readonly inside: (client: ClusterClient) => Promise<Side>;
  /** The cluster's, by ports of the node. */
  readonly outside: (client: ClusterClient) => Promise<Side>;
  /** In milliseconds, instead of a minute. */
  readonly patienceMs?: number;
}

/** What the front's way back needs besides: it goes on after Ctrl-C. */
type Context = Running & { readonly lasting: Running["signal"] };

/** As long as a load balancer may take to get its address, and the node to send its ports there. */
const PATIENCE_MS = 60_000;
const POLL_MS = 1_000;

/**
 * @returns why the front did not move, or is not proved. Docker has the ports again where this run took them and Docker
 * answered before; what was there before this run is never taken away
 * @throws the signal's reason when the run is interrupted: then what is there stays, and the next run goes on
 */
export async function moveFront(
  objects: readonly PlannedObject[],
  id: string,
  context: Context,
  inventory: InventoryEntry[],
  front: FrontOptions,
): Promise<readonly Diagnostic[]> {
  const { client, push } = context;
  const before = await askBothSides(id, context, front);
  push({ type: "front", id, state: "asked", asked: before.length });
  const missing = before.filter(isMissing);
  if (missing.length > 0) return missing.map(notReady);
  for (const one of before.filter(({ verdict }) => verdict === "differs")) {
    push({ type: "warning", diagnostic: differs(one) });
  }
  const absent = await absentOf(objects, client);
  const refused = await applyWaves(objects, id, context, inventory);
  if (refused.length > 0) {
    // Ports that a part of it took are somebody's who is not asked for any more.
    return before.some(answeredByDocker) ? [...refused, ...await giveBack(absent, id, context)] : refused;
  }
  const lost = await untilAnswered(before, context, front);
  if (lost.length === 0) {
    push({ type: "front", id, state: "moved", asked: before.length });
    return [];
  }
  const helps = absent.length > 0 &&
    before.some((one) => answeredByDocker(one) && lost.some(({ question }) => question === one.question));
  const problems = helps ? await giveBack(absent, id, context) : [];
  if (helps && problems.length === 0) return lost.map((one) => wentBack(one, absent.length < objects.length));
  push({ type: "front", id, state: "unproved", asked: lost.length });
  return [...lost.map((one) => unproved(one, absent.length === 0)), ...problems];
}

/** Until the cluster answers what Docker answers: its Traefik takes a moment to read routes that were just applied. */
async function askBothSides(
  id: string,
  { client, signal, push }: Context,
  { questions, docker, inside, patienceMs = PATIENCE_MS }: FrontOptions,
): Promise<readonly Compared[]> {
  const begun = performance.now();
  const told = new Set<string>();
  for (;;) {
    const compared = await verify(
      questions,
      { old: await docker(client), new: await inside(client) },
      signal,
    );
    const missing = compared.filter(isMissing);
    const elapsedMs = Math.round(performance.now() - begun);
    if (missing.length === 0) {
      for (const object of told) push({ type: "ready", id, object, elapsedMs });
      return compared;
    }
    if (elapsedMs > patienceMs) return compared;
    for (const { question } of missing) {
      if (told.has(question)) continue;
      told.add(question);
      push({
        type: "waiting",
        id,
        object: question,
        reason: "Docker answers it, and the cluster does not yet",
        elapsedMs,
      });
    }
    await pause(POLL_MS, signal);
  }
}

/** Docker answers it and the cluster does not, or only with a certificate that nobody trusts. */
function isMissing({ verdict, old, new: now }: Compared): boolean {
  if (verdict === "old") return true;
  const [had, has] = [old.certificate?.subject, now.certificate?.subject];
  return had !== undefined && had !== NO_CERTIFICATE && has === NO_CERTIFICATE;
}

function answeredByDocker({ old }: Compared): boolean {
  return old.silence === undefined;
}

/** What this run makes: an object that was there before it had its ports then. */
async function absentOf(
  objects: readonly PlannedObject[],
  client: ClusterClient,
): Promise<readonly PlannedObject[]> {
  const live = await Promise.all(objects.map(({ object }) => client.get(refOf(object))));
  return objects.filter((_, index) => live[index] === undefined);
}

/** Asks by the node's ports until what the cluster answered before is answered there. */
async function untilAnswered(
  before: readonly Compared[],
  context: Context,
  { questions, outside, patienceMs = PATIENCE_MS }: FrontOptions,
): Promise<readonly Unanswered[]> {
  const { client, signal } = context;
  const served = new Map<string, Answer>(
    before.filter(({ new: now }) => now.silence === undefined).map((one) => [one.question, one.new]),
  );
  const asked = questions.filter((question) => served.has(nameOf(question)));
  const end = performance.now() + patienceMs;
  for (;;) {
    const lost = await askOutside(asked, served, context, () => outside(client));
    // What answers otherwise than a minute ago is no reason to go back: it is the same program.
    if (lost.length === 0 || performance.now() > end && lost.every(({ silence }) => silence === undefined)) {
      return [];
    }
    if (performance.now() > end) return lost.filter(({ silence }) => silence !== undefined);
    await pause(POLL_MS, signal);
  }
}

/** A question that is not answered as before; without `silence` it is answered otherwise. */
interface Unanswered {
  readonly question: string;
  readonly silence: string | undefined;
}

/** Where the API server does not say who answers, nobody does yet: it may well be away while ports move. */
async function askOutside(
  asked: readonly Question[],
  served: ReadonlyMap<string, Answer>,
  { signal }: Context,
  outside: () => Promise<Side>,
): Promise<readonly Unanswered[]> {
  try {
    const side = await outside();
    const after = await verify(asked, { old: side, new: side }, signal, served);
    return after.filter(({ verdict }) => verdict !== "same")
      .map(({ question, new: { silence } }) => ({ question, silence }));
  } catch (error) {
    if (signal.aborted || !isRefusal(error)) throw error;
    return asked.map((question) => ({
      question: nameOf(question),
      silence: `the API server: ${error.message}`,
    }));
  }
}

/** What another answer, or another minute, may mend. */
function isRefusal(error: unknown): error is Error {
  return error instanceof ApiError || error instanceof ConnectionError || error instanceof StrangeAnswer;
}

/** Without them the node's ports lead where they led before. */
async function giveBack(
  made: readonly PlannedObject[],
  id: string,
  context: Context,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  for (const { object } of made.toReversed()) {
    problems.push(...await removeObject(refOf(object), id, { ...context, signal: context.lasting }));
  }
  if (problems.length === 0) context.push({ type: "front", id, state: "back", asked: 0 });
  return problems;
}

function notReady({ question, old, new: now }: Compared): Diagnostic {
  return {
    code: "run-front-not-ready",
    severity: "error",
    message: now.silence === undefined
      ? `The cluster has no certificate for ${question}: Docker shows that of "${old.certificate?.subject}"`
      : `The cluster does not answer ${question}, which Docker answers: ${now.silence}`,
    hint: now.silence === undefined
      ? "Nothing has moved. Carry the certificate over (acme.json, or its file) and run again"
      : "Nothing has moved. Look at its route and pods with `deno task verify`, fix it and run again; " +
        "migrate without --cross makes no such check",
  };
}

function differs({ question, differs }: Compared): Diagnostic {
  return {
    code: "run-front-differs",
    severity: "warning",
    message: `The cluster answers ${question} otherwise than Docker: ${differs.join(", ")}`,
    hint:
      "See both with `deno task verify`; `deno task rollback` to the migration before gives the ports back",
  };
}

function wentBack({ question, silence }: Unanswered, isPart: boolean): Diagnostic {
  return {
    code: "run-front-went-back",
    severity: "error",
    message: `The node's ports did not lead to the cluster in time: ${question}: ${silence}`,
    hint: `${
      isPart ? "Those that this run took lead to Docker again; others stay" : "They lead to Docker again"
    }. Look with kubectl at the Services of type LoadBalancer: is there a controller that gives them an address, such as k3s's servicelb?`,
  };
}

function unproved({ question, silence }: Unanswered, wasThere: boolean): Diagnostic {
  return {
    code: "run-front-unproved",
    severity: "error",
    message: `The node's ports do not lead to the cluster yet, and stay as they are: ${question}: ${silence}`,
    hint: `${
      wasThere
        ? "The front was there before this run"
        : "Docker did not answer it either, or it could not go back"
    }. Look with kubectl at the Services of type LoadBalancer and the pods of who gives them an address, and run again`,
  };
}
