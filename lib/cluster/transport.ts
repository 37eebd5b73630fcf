/** Sends one request: credentials, timeout, retries for what is safe to repeat. The only caller of `fetch`. */
import type { Read } from "./answer_shape.ts";
import { ApiError, ConnectionError, isTransient, readApiError } from "./api_error.ts";
import { readBody, readLines } from "./bounded_body.ts";
import type { Connection } from "./connection.ts";
import { Limiter } from "./limiter.ts";
import { describeBody, StrangeAnswer } from "./strange_answer.ts";

/** One request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "PATCH" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Whether sending it twice does the same as sending it once. Default: GET and PATCH by server-side apply. */
  readonly repeatable?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called right before each sending, when the request has its turn; what it throws is not sent. */
  readonly guard?: (() => Promise<void>) | undefined;
  /** Does not wait for its turn: a guard of a request that has its turn may depend on it. */
  readonly urgent?: boolean;
}

/** What the server answered, as it was read. */
export interface Answer<Shape> {
  readonly status: number;
  readonly body: Shape;
  /** How long the answer was. */
  readonly bytes: number;
}

/** Where time and chance come from. */
export interface TimeSource {
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** How long a server that has answered before may be away, such as while it restarts. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 1_000;
/** JSON that breaks off although the answer is complete is no matter of the network: it comes again. */
const MOST_BROKEN = 5;
/** An object takes 1.5 MiB in etcd and 500 of them are a page of a list, of which most are small. */
const LONGEST_ANSWER = 64 * 1024 ** 2;
const LONGEST_REFUSAL = 1024 ** 2;
/** What a watch may bring before it is begun anew by a list. */
const WATCH_LIMITS = { line: 16 * 1024 ** 2, all: 256 * 1024 ** 2 } as const;
/** Statuses of a server, or of what stands before it, that has too much to do. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Questions that are asked by POST and change nothing. */
const REVIEWS = /\/(self)?subject(access|rules)reviews$/;

export class Transport {
  readonly connection: Connection;
  readonly #limiter = new Limiter();
  readonly #time: TimeSource;
  #hasAnswered = false;
  #writes = 0;
  #requests = 0;

  constructor(
    connection: Connection,
    time: TimeSource = { monotonic: () => performance.now(), random: Math.random },
  ) {
    this.connection = connection;
    this.#time = time;
  }

  /** Requests sent that could have changed something; dry-runs and reviews are not counted. */
  get writes(): number {
    return this.#writes;
  }

  /** All requests sent. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * The answer's JSON, as `read` takes it.
   * @throws ApiError where the server refuses, StrangeAnswer where it answers something else, ConnectionError where no
   * answer came
   */
  async json<Shape>(request: ApiRequest, read: Read<Shape>): Promise<Shape> {
    return (await this.answer(request, read)).body;
  }

  /** As `json`, with the HTTP status. */
  async answer<Shape>(request: ApiRequest, read: Read<Shape>): Promise<Answer<Shape>> {
    return await this.#repeat(request, async (request) => {
      const { status, text, bytes } = await this.#once(request, true);
      const json = this.#parse(text);
      const body = read(json);
      if (body === undefined) throw new StrangeAnswer(request, describeBody(json));
      this.#hasAnswered = true;
      return { status, body, bytes };
    });
  }

  /** The answer's text. */
  async text(request: ApiRequest): Promise<string> {
    return (await this.#repeat(request, (request) => this.#once(request, false))).text;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      // An answer that breaks off: nobody knows more than after no answer at all.
      throw new ConnectionError(this.connection.server, error, true);
    }
  }

  async #repeat<Result>(
    given: ApiRequest,
    send: (request: ApiRequest) => Promise<Result>,
  ): Promise<Result> {
    const request = this.#endedByUser(given);
    const start = this.#time.monotonic();
    for (let attempt = 0;; attempt++) {
      try {
        return await (request.urgent ? send(request) : this.#limiter.run(() => send(request)));
      } catch (error) {
        request.signal?.throwIfAborted();
        const elapsed = this.#time.monotonic() - start;
        if (!this.#mayRepeat(request, error, attempt, elapsed)) throw error;
        await pause(this.#pauseBefore(attempt, error, elapsed), request.signal);
      }
    }
  }

  /** Whether the server is there at all is not waited for once somebody wants to stop. */
  #endedByUser(request: ApiRequest): ApiRequest {
    const { interrupted } = this.connection;
    if (this.#hasAnswered || interrupted === undefined || isWrite(request)) return request;
    const signals = request.signal === undefined ? [interrupted] : [interrupted, request.signal];
    return { ...request, signal: AbortSignal.any(signals) };
  }

  /**
   * The answer's JSON, one for each line (watch); not retried, ends when the server or the signal ends it.
   * @throws as `json`
   */
  async *lines<Shape>(request: ApiRequest, read: Read<Shape>): AsyncGenerator<Shape> {
    const response = await this.#fetch(request, request.signal);
    const tooLong = (): Error => new StrangeAnswer(request, "a line without an end");
    for await (const line of readLines(response, WATCH_LIMITS, tooLong)) {
      const event = line.startsWith("{") ? read(this.#parse(line)) : undefined;
      if (event === undefined) throw new StrangeAnswer(request, "lines that are no events");
      yield event;
    }
  }

  async #once(request: ApiRequest, wantsObject: boolean): Promise<Text> {
    const timeout = AbortSignal.timeout(request.timeoutMs ?? REQUEST_TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    const start = this.#time.monotonic();
    try {
      const response = await this.#fetch(request, signal);
      const body = await this.#bodyOf(request, response, wantsObject);
      this.#limiter.answered(this.#time.monotonic() - start);
      return { status: response.status, ...body };
    } catch (error) {
      if (timeout.aborted) this.#limiter.overloaded();
      throw error;
    }
  }

  async #bodyOf(
    request: ApiRequest,
    response: Response,
    wantsObject: boolean,
  ): Promise<Omit<Text, "status">> {
    const reading = await readBody(response, LONGEST_ANSWER, wantsObject)
      .catch((error: unknown) => {
        throw new ConnectionError(this.connection.server, error);
      });
    if ("text" in reading) return reading;
    throw new StrangeAnswer(
      request,
      reading.refused === "too long"
        ? `more than ${LONGEST_ANSWER / 1024 ** 2} MiB`
        : `HTTP ${response.status} and no object of JSON`,
    );
  }

  async #fetch(request: ApiRequest, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#send(request, signal, false);
    if (response.status !== 401) return await this.#accept(request, response);
    await response.body?.cancel();
    return await this.#accept(request, await this.#send(request, signal, true));
  }

  async #accept(request: ApiRequest, response: Response): Promise<Response> {
    if (response.ok) return response;
    if (OVERLOADED.has(response.status)) this.#limiter.overloaded();
    const body = await readBody(response, LONGEST_REFUSAL, false).catch((error: unknown) => {
      // A refusal that breaks off: who refused it, and why, is not known.
      throw new ConnectionError(this.connection.server, error);
    });
    const error = readApiError(request, response, "text" in body ? body.text : "");
    if (error instanceof ApiError) this.#hasAnswered = true;
    throw error;
  }

  async #send(request: ApiRequest, signal: AbortSignal | undefined, renew: boolean): Promise<Response> {
    const credentials = await this.connection.authorize(renew);
    const query = new URLSearchParams(request.query).toString();
    const url = `${this.connection.server}${request.path}${query === "" ? "" : `?${query}`}`;
    await request.guard?.();
    this.#requests++;
    if (isWrite(request)) this.#writes++;
    try {
      return await fetch(url, {
        method: request.method,
        client: this.connection.transport,
        redirect: "manual",
        headers: {
          ...credentials,
          accept: request.accept ?? "application/json",
          ...(request.body === undefined
            ? {}
            : { "content-type": request.contentType ?? "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new ConnectionError(this.connection.server, error);
    }
  }

  #mayRepeat(request: ApiRequest, error: unknown, attempt: number, elapsed: number): boolean {
    if (!isTransient(error)) return false;
    const refusedUnprocessed = error instanceof ApiError && error.status === 429;
    const repeatable = request.repeatable ?? (request.method === "GET" || request.method === "PATCH");
    if (!repeatable && !refusedUnprocessed) return false;
    if (error instanceof ConnectionError && error.isBroken && attempt + 1 >= MOST_BROKEN) return false;
    return this.#hasAnswered ? elapsed < PATIENCE_MS : attempt < 1;
  }

  /** In milliseconds; as long as the server asks for, but not beyond the end of all patience. */
  #pauseBefore(attempt: number, error: unknown, elapsed: number): number {
    const wanted = error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
    const asked = Math.min(wanted, Math.max(0, PATIENCE_MS - elapsed));
    const grown = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt);
    return Math.max(asked, grown * (0.5 + this.#time.random() / 2));
  }
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

interface Text {
  readonly status: number;
  readonly text: string;
  readonly bytes: number;
}

function isWrite(request: ApiRequest): boolean {
  return request.method !== "GET" && request.query?.["dryRun"] !== "All" && !REVIEWS.test(request.path);
}
