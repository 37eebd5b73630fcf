/**
 * The front: ports of the node from Docker to the cluster, in one step. Before it, every route is asked at the cluster's
 * own Traefik, by name and certificate; after it, by the node's address; where the answers do not come, the ports go back.
 */
import { pause } from "../cluster/transport.ts";
import type { ClusterClient } from "../cluster/client.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../kube/object.ts";
import { refOf } from "../migration/step.ts";
import { removeObject } from "./remove.ts";
import { applyWaves, type Running } from "./start.ts";
import type { InventoryEntry } from "./state.ts";
import type { Answer, Compared } from "./verify/answer.ts";
import { nameOf, type Question } from "./verify/questions.ts";
import { type Side, verify } from "./verify/verify.ts";

/** What the front is, and who is asked whether it may move. */
export interface FrontOptions {
  /** Whether the object opens ports of the node. */
  readonly isFront: (planned: PlannedObject) => boolean;
  readonly questions: readonly Question[];
  /** Docker's Traefik and published ports. */
  readonly docker: () => Promise<Side>;
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

/** What Traefik shows who asks for a name that it has no certificate for. */
const NO_CERTIFICATE = "TRAEFIK DEFAULT CERT";

/**
 * @returns why the front did not move; then Docker has the ports, or whoever had them
 * @throws the signal's reason when the run is interrupted: then what is there stays, and the next run goes on
 */
export async function moveFront(
  objects: readonly PlannedObject[],
  id: string,
  context: Context,
  inventory: InventoryEntry[],
  front: FrontOptions,
): Promise<readonly Diagnostic[]> {
  const { client, signal, push } = context;
  const sides = { old: await front.docker(), new: await front.inside(client) };
  const before = await verify(front.questions, sides, signal);
  push({ type: "front", id, state: "asked", asked: before.length });
  const missing = before.filter(isMissing);
  if (missing.length > 0) return missing.map(notReady);
  for (const one of before.filter(({ verdict }) => verdict === "differs")) {
    push({ type: "warning", diagnostic: differs(one) });
  }
  const refused = await applyWaves(objects, id, context, inventory);
  if (refused.length > 0) return refused;
  const lost = await untilAnswered(before, context, front);
  if (lost.length === 0) {
    push({ type: "front", id, state: "moved", asked: before.length });
    return [];
  }
  return [...lost, ...await giveBack(objects, id, context)];
}

/** Docker answers it and the cluster does not, or only with a certificate that nobody trusts. */
function isMissing({ verdict, old, new: now }: Compared): boolean {
  if (verdict === "old") return true;
  const [had, has] = [old.certificate?.subject, now.certificate?.subject];
  return had !== undefined && had !== NO_CERTIFICATE && has === NO_CERTIFICATE;
}

/** Asks by the node's ports until what the cluster answered before is answered there. */
async function untilAnswered(
  before: readonly Compared[],
  { client, signal }: Context,
  { questions, outside, patienceMs = PATIENCE_MS }: FrontOptions,
): Promise<readonly Diagnostic[]> {
  const served = new Map<string, Answer>(
    before.filter(({ new: now }) => now.silence === undefined).map((one) => [one.question, one.new]),
  );
  const asked = questions.filter((question) => served.has(nameOf(question)));
  const end = performance.now() + patienceMs;
  for (;;) {
    const side = await outside(client);
    const after = await verify(asked, { old: side, new: side }, signal, served);
    const lost = after.filter(({ verdict }) => verdict !== "same");
    if (lost.length === 0) return [];
    if (performance.now() > end) {
      // What answers otherwise than a minute ago is no reason to go back: it is the same program.
      return lost.filter(({ verdict }) => verdict !== "differs").map(notOutside);
    }
    await pause(POLL_MS, signal);
  }
}

/** Without them the node's ports lead where they led before. */
async function giveBack(
  objects: readonly PlannedObject[],
  id: string,
  context: Context,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  for (const { object } of objects.toReversed()) {
    problems.push(...await removeObject(refOf(object), id, { ...context, signal: context.lasting }));
  }
  context.push({ type: "front", id, state: "back", asked: 0 });
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
      : "Nothing has moved. Look at its route and pods with deno task verify, mend it and run again; " +
        "migrate without --cross asks nobody",
  };
}

function differs({ question, differs }: Compared): Diagnostic {
  return {
    code: "run-front-differs",
    severity: "warning",
    message: `The cluster answers ${question} otherwise than Docker: ${differs.join(", ")}`,
    hint: "See both with deno task verify; deno task rollback to the migration before gives the ports back",
  };
}

function notOutside({ question, new: { silence } }: Compared): Diagnostic {
  return {
    code: "run-front-went-back",
    severity: "error",
    message: `The node's ports did not lead to the cluster in time: ${question}: ${silence}`,
    hint:
      "They lead to Docker again. Look with kubectl at the Services of type LoadBalancer: who gives them " +
      "an address, as k3s's servicelb does?",
  };
}
