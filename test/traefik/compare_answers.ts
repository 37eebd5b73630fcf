/** Sends the same requests to Traefik before and after the move, and compares the answers byte by byte. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { canonicalText } from "./graph.ts";
import { type RawAnswer, send } from "./raw_request.ts";
import { requestCorpus } from "./request_corpus.ts";

/** Entry points with the ports of 127.0.0.1 on which both sides serve them. */
export type Doors = readonly {
  readonly entryPoint: string;
  readonly tls: boolean;
  readonly before: number;
  readonly after: number;
}[];

export interface AnswersInput {
  readonly rules: readonly string[];
  /** Hosts beside those of the rules. */
  readonly hosts: readonly string[];
  readonly doors: Doors;
  /** `user:password` pairs, good and bad. */
  readonly credentials: readonly string[];
  readonly requests: number;
  /** Whether a Content-Type that only the later side guesses is as it should be. */
  readonly ignoresGuessedType: boolean;
  readonly expectedBackends: number;
  readonly expectedStatuses: readonly string[];
}

/** Compares; a difference is an assertion that shows the request and both answers. @returns the figures in words */
export async function compareAnswers(input: AnswersInput): Promise<string> {
  const requests = requestCorpus({
    rules: input.rules,
    hosts: input.hosts,
    doors: input.doors,
    headers: [
      {},
      { "Accept-Encoding": "gzip" },
      { "Accept-Encoding": "br, gzip" },
      { Origin: "https://www.example.org" },
      { "Origin": "https://x.example", "Access-Control-Request-Method": "GET" },
      { "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4" },
      ...input.credentials.map((pair) => ({ Authorization: `Basic ${btoa(pair)}` })),
    ],
    count: input.requests,
    seed: 20240517,
  });
  const pairs = await inParallel(requests, 12, async (request) => {
    const door = input.doors.find(({ entryPoint, tls }) =>
      entryPoint === request.entryPoint && tls === request.tls
    );
    if (door === undefined) throw new Error("a request goes through no door");
    const before = await send(request, door.before);
    const after = await send(request, door.after);
    return { request, before, after: input.ignoresGuessedType ? withoutGuessedType(before, after) : after };
  });
  const different = pairs.filter(({ before, after }) => canonicalText(before) !== canonicalText(after));
  const shown = different.slice(0, 3).map(({ request, before, after }) => ({
    request,
    before: { ...before, body: before.body.slice(0, 400) },
    after: { ...after, body: after.body.slice(0, 400) },
  }));
  deepStrictEqual(shown, [], `${different.length} of ${pairs.length} answers differ`);
  return figures(pairs.map(({ before }) => before), input);
}

/** Traefik 2 guessed a missing Content-Type; the Traefik 3 that stands for it does not. */
function withoutGuessedType(before: RawAnswer, after: RawAnswer): RawAnswer {
  const isType = (header: string): boolean => /^content-type:/i.test(header);
  return before.headers.some(isType)
    ? after
    : { ...after, headers: after.headers.filter((header) => !isType(header)) };
}

/** The proof would be empty if all answers were the same: backends, redirects, refusals and errors have to occur. */
function figures(answers: readonly RawAnswer[], input: AnswersInput): string {
  const statuses = new Map<string, number>();
  for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const backends = new Set(
    answers.flatMap(({ headers }) => headers.filter((header) => /^x-backend:/i.test(header))),
  );
  ok(backends.size >= input.expectedBackends, `only ${backends.size} backends were reached`);
  for (const status of input.expectedStatuses) ok((statuses.get(status) ?? 0) > 0, `no answer ${status}`);
  const counts = [...statuses].sort().map(([status, count]) => `${status}: ${count}`).join(", ");
  return `${answers.length} of ${answers.length} requests answered alike (${counts}; ${backends.size} backends)`;
}

async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  await Promise.all(Array.from({ length: limit }, async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  }));
  return results;
}
