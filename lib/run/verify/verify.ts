/** Asks every question of both sides. Only looks. */
import type { Answer, Compared } from "./answer.ts";
import { compare } from "./answer.ts";
import { askPort, askRoute, type Place } from "./ask.ts";
import type { Nowhere } from "./opened_port.ts";
import { nameOf, type PortQuestion, type Question, type RouteQuestion } from "./questions.ts";

/** Where a side answers; undefined where nobody is known to, or why nobody does. */
export interface Side {
  route(question: RouteQuestion): Place | Nowhere | undefined;
  port(question: PortQuestion): Place | Nowhere | undefined;
}

/** So many questions at a time: more than a few would be load. */
const AT_A_TIME = 4;

/** @param before answers that the old side gave earlier, by question, in place of asking it now */
export async function verify(
  questions: readonly Question[],
  sides: { readonly old: Side; readonly new: Side },
  signal: AbortSignal,
  before?: ReadonlyMap<string, Answer>,
): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  const left = questions.entries();
  const work = async (): Promise<void> => {
    for (const [index, question] of left) {
      const name = nameOf(question);
      const earlier = before?.get(name) ?? { silence: "it was not asked then" };
      const [old, now] = await Promise.all([
        before === undefined ? askSide(question, sides.old, signal) : earlier,
        askSide(question, sides.new, signal),
      ]);
      compared[index] = compare(name, old, now);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return compared;
}

async function askSide(question: Question, side: Side, signal: AbortSignal): Promise<Answer> {
  const place = question.kind === "route" ? side.route(question) : side.port(question);
  if (place === undefined) return { silence: "nobody is there" };
  if ("silence" in place) return place;
  return question.kind === "route" ? await askRoute(question, place, signal) : await askPort(place, signal);
}
