/** Sends one request: credentials, timeout, retries for what is safe to repeat. The only caller of `fetch`. */
import { ApiError, ConnectionError, isTransient, readApiError } from "./api_error.ts";
import type { Connection } from "./connection.ts";
import { Limiter } from "./limiter.ts";

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

  constructor(connection: Connection, time: TimeSource) {
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
   * The answer's JSON.
   * @throws ApiError where the server refuses, ConnectionError where no answer came
   */
  async json(request: ApiRequest): Promise<unknown> {
    return (await this.answer(request)).body;
  }

  /** As `json`, with the HTTP status. */
  async answer(request: ApiRequest): Promise<{ readonly status: number; readonly body: unknown }> {
    return await this.#repeat(request, async () => {
      const { status, text } = await this.#once(request);
      try {
        return { status, body: JSON.parse(text) };
      } catch (error) {
        // An answer that breaks off: nobody knows more than after no answer at all.
        throw new ConnectionError(this.connection.server, error);
      }
    });
  }

  /** The answer's text. */
  async text(request: ApiRequest): Promise<string> {
    return (await this.#repeat(request, () => this.#once(request))).text;
  }

  async #repeat<Result>(request: ApiRequest, send: () => Promise<Result>): Promise<Result> {
    const start = this.#time.monotonic();
    for (let attempt = 0;; attempt++) {
      try {
        return await (request.urgent ? send() : this.#limiter.run(send));
      } catch (error) {
        request.signal?.throwIfAborted();
        const elapsed = this.#time.monotonic() - start;
        if (!this.#mayRepeat(request, error, attempt, elapsed)) throw error;
        await pause(this.#pauseBefore(attempt, error, elapsed), request.signal);
      }
    }
  }

  /** The answer as a stream of lines (watch, log); not retried, ends when the server or the signal ends it. */
  async *lines(request: ApiRequest): AsyncGenerator<string> {
    const response = await this.#fetch(request, request.signal);
    if (response.body === null) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop() ?? "";
        yield* lines.filter((line) => line !== "");
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  async #once(request: ApiRequest): Promise<{ readonly status: number; readonly text: string }> {
    const timeout = AbortSignal.timeout(request.timeoutMs ?? REQUEST_TIMEOUT_MS);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    const start = this.#time.monotonic();
    try {
      const response = await this.#fetch(request, signal);
      const text = await this.#textOf(response);
      this.#limiter.answered(this.#time.monotonic() - start);
      return { status: response.status, text };
    } catch (error) {
      if (timeout.aborted) this.#limiter.overloaded();
      throw error;
    }
  }

  async #textOf(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw new ConnectionError(this.connection.server, error);
    }
  }

  async #fetch(request: ApiRequest, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#send(request, signal, false);
    if (response.status !== 401) return await this.#accept(response);
    await response.body?.cancel();
    return await this.#accept(await this.#send(request, signal, true));
  }

  async #accept(response: Response): Promise<Response> {
    this.#hasAnswered = true;
    if (response.ok) return response;
    if (OVERLOADED.has(response.status)) this.#limiter.overloaded();
    throw readApiError(response, await response.text().catch(() => ""));
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

function isWrite(request: ApiRequest): boolean {
  return request.method !== "GET" && request.query?.["dryRun"] !== "All" && !REVIEWS.test(request.path);
}
