/** What an API server answers when it refuses, and what is said about it. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { list, record } from "../values/json.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Asked, diagnoseStrange, StrangeAnswer, strangeRefusal } from "./strange_answer.ts";

/** One cause of a `Status`: the field and what is wrong with it. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** A refusal: the HTTP status with the `Status` object of the answer. Never holds a request's body. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** Seconds, from `Retry-After` or the Status' details. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    reason: string,
    message: string,
    causes: readonly StatusCause[],
    retryAfter?: number,
  ) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
    this.causes = causes;
    this.retryAfter = retryAfter;
  }
}

/** No answer: refused, reset, timed out, or an answer that breaks off. `sent` is unknown by nature. */
export class ConnectionError extends Error {
  readonly server: string;
  /** Something answered, and its JSON breaks off. */
  readonly isBroken: boolean;

  constructor(server: string, cause: unknown, isBroken = false) {
    // Of JSON that breaks off, the parser's message would show a piece, which may be a secret's.
    super(isBroken ? "the answer breaks off" : firstLine(cause), { cause });
    this.name = "ConnectionError";
    this.server = server;
    this.isBroken = isBroken;
  }
}

/** Reads a refused answer. The body is a `Status`, or anything at all where something else answered. */
export function readApiError(asked: Asked, response: Response, body: string): ApiError | StrangeAnswer {
  const header = Number(response.headers.get("retry-after"));
  const retryHeader = Number.isFinite(header) && header > 0 ? header : undefined;
  const status = parseStatus(body);
  if (status !== undefined) {
    return new ApiError(
      response.status,
      status.reason ?? "Unknown",
      status.message ?? `HTTP ${response.status}`,
      status.causes,
      retryHeader ?? status.retryAfterSeconds,
    );
  }
  const isPlain = PLAIN_REFUSALS.has(response.status) ||
    response.status === 404 && body.trim() === UNKNOWN_PATH && !asked.path.startsWith("/api/v1/");
  if (!isPlain) return strangeRefusal(asked, response, body);
  const message = `HTTP ${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, "Unknown", message, [], retryHeader);
}

/** What a load balancer says in the API server's place while that one is away, or a proxy of who must log in. */
const PLAIN_REFUSALS: ReadonlySet<number> = new Set([401, 429, 502, 503, 504]);
/** What the API server says of a group or version that it does not have; of /api/v1, which all have, others say it. */
const UNKNOWN_PATH = "404 page not found";

interface StatusBody {
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | undefined;
}

function parseStatus(body: string): StatusBody | undefined {
  const value = record(parsed(body));
  if (value?.["kind"] !== "Status") return undefined;
  const details = record(value["details"]) ?? {};
  return {
    reason: textOf(value["reason"]),
    message: textOf(value["message"]),
    causes: list(details["causes"]).map((cause) =>
      Object.fromEntries(
        ["reason", "message", "field"].flatMap((name) => {
          const text = textOf(cause[name]);
          return text === undefined ? [] : [[name, text]];
        }),
      )
    ),
    retryAfterSeconds: typeof details["retryAfterSeconds"] === "number"
      ? details["retryAfterSeconds"]
      : undefined,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What a 500 says that passes; a server that has just started knows no range of addresses yet. */
const SHORTLY =
  /etcdserver(?!: request is too large)|timed? ?out|leader changed|connection refused|failed to allocate a serviceIP/i;
/** What the fence of `lib/migration/fence.ts` says. */
const FENCED = /another run took over the lock/;
/** A 403 that is about the namespace and no lack of rights: a quota that is used up, a namespace on its way out. */
const ABOUT_NAMESPACE = /exceeded quota|must specify (limits|requests)|because it is being terminated/;
/** What an admission plugin answers until it has read its policies. */
const STARTING = /not yet ready to handle request/;

/**
 * Whether the same request may succeed when it is sent again unchanged. A bare 500 is not enough: that is also
 * the answer to an object with an unknown field.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof ApiError)) return false;
  return [429, 502, 503, 504].includes(error.status) ||
    (error.status === 500 && SHORTLY.test(error.message)) ||
    (error.status === 403 && STARTING.test(error.message));
}

/** The answer, or undefined where the server says that we may not ask or do that. */
export async function ifAllowed<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** Whether the server does not have the object, its namespace or its kind. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether a write was refused for what another one did: a version, a uid, or a field of another manager. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === "Conflict";
}

/**
 * A conflict of versions, not of fields: somebody wrote in the same moment, and the same apply succeeds when it is
 * sent again. https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
 */
export function isRace(error: unknown): boolean {
  return isConflict(error) && error instanceof ApiError &&
    !error.causes.some(({ reason }) => reason === "FieldManagerConflict");
}

/**
 * A binding whose role the API server does not know: said only to who may not bind any role whatever it grants, also
 * for a moment after the role was made. The message names the role, under the binding's kind.
 */
export function isRoleUnseen(error: unknown, { kind, ...object }: KubeObject): boolean {
  if (kind !== "RoleBinding" && kind !== "ClusterRoleBinding") return false;
  // The edge: `roleRef` of a binding.
  const { name } = object["roleRef"] as { readonly name: string };
  return isNotFound(error) && error instanceof ApiError &&
    error.message === `${kind.toLowerCase()}s.rbac.authorization.k8s.io "${name}" not found`;
}

/** Whether an object was to be made that is there. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === "AlreadyExists";
}

/**
 * What to tell the operator when the cluster cannot be used at all (exit code 4), or undefined where the
 * error is about one object and not about the cluster.
 */
export function diagnoseAccess(error: unknown, server: string): Diagnostic | undefined {
  if (error instanceof ConnectionError && error.isBroken) {
    return {
      code: "cluster-strange-answer",
      severity: "error",
      message: `What answers at ${server} sends incomplete JSON`,
      hint: "Check what is between here and the API server, such as a proxy; then run the same command again",
    };
  }
  if (error instanceof ConnectionError) {
    return {
      code: "cluster-unreachable",
      severity: "error",
      message: `Cannot reach the API server ${server}: ${error.message}`,
      hint:
        "Check that the server runs and that the kubeconfig's address is right; then run the same command again",
    };
  }
  if (error instanceof StrangeAnswer) return diagnoseStrange(error, server);
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 401) {
    return {
      code: "cluster-unauthorized",
      severity: "error",
      message:
        `The API server ${server} does not accept the login: the token or certificate is wrong or expired`,
      hint:
        "Log in again or renew the kubeconfig, then run the same command again: it continues where it stopped",
    };
  }
  if (error.status === 403 && !ABOUT_NAMESPACE.test(error.message)) {
    return {
      code: "cluster-forbidden",
      severity: "error",
      message: `The API server ${server} forbids the request: ${error.message}`,
      hint: FENCED.test(error.message)
        ? "Look at `deno task status`, then run the same command again"
        : "Ask an administrator for the role that `deno task rbac` prints (with --for for more than migrate), or choose " +
          "another context with --context",
    };
  }
  if (isTransient(error)) {
    return {
      code: "cluster-unavailable",
      severity: "error",
      message: `The API server ${server} does not serve requests at the moment: ${error.message}`,
      hint: "Run the same command again when it has recovered: it continues where it stopped",
    };
  }
  return undefined;
}

/** As `diagnoseAccess`, of a request that is about no object of the stack: every refusal has something to say. */
export function diagnoseRequest(error: unknown, server: string): Diagnostic | undefined {
  const access = diagnoseAccess(error, server);
  if (access !== undefined || !(error instanceof ApiError)) return access;
  return {
    code: "cluster-refused",
    severity: "error",
    message: `The API server ${server} refuses the request: ${error.message} (HTTP ${error.status})`,
    hint: "Check the server's own log, and its webhooks and policies; then run the same command again",
  };
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? rootCause(cause).message : String(cause);
  return text.split("\n")[0] ?? text;
}

function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}

/**
 * Whether the server refuses because a field cannot be changed. Never by the status alone: 422 is also the
 * answer to a value that is wrong.
 */
export function isImmutable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422 &&
    /field is immutable|updates to statefulset spec|may not be changed|may not change once set|cannot change roleRef|are forbidden/i
      .test(error.message);
}
