/**
 * Runs the program that a kubeconfig names for the login, as kubectl does:
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { z } from "zod";
import type { Credentials } from "./connection.ts";
import type { ContextEntry, ExecEntry } from "./kubeconfig_file.ts";

const credentialShape = z.looseObject({
  status: z.looseObject({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
  }),
});

/** No credential is larger. */
const MOST_BYTES = 1_000_000;
/** What of the plugin's own words is repeated. */
const MOST_WORDS = 600;
/** How long a plugin that is to end may tidy up. */
const GRACE_MS = 1_000;

/** A login that did not succeed, in words that follow "failed: ". */
export class LoginError extends Error {
  override readonly name = "LoginError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string | null) {
    super(message);
    this.hint = hint ?? undefined;
  }
}

/**
 * The credentials that the plugin prints. Where somebody sits at the terminal, it may ask there; else its input is empty.
 * @param signal ends the plugin; its reason is thrown
 * @throws LoginError where it cannot be started, fails or prints something else
 */
export async function runExecPlugin(
  entry: ContextEntry,
  exec: ExecEntry,
  signal: AbortSignal,
): Promise<Credentials> {
  const interactive = isInteractive(exec);
  const child = start(entry, exec, interactive);
  const output = Promise.all([
    child.status,
    readText(child.stdout),
    interactive ? "" : readText(child.stderr),
  ]);
  try {
    const [{ success, code }, text, words] = await unlessAborted(output, signal);
    if (!success) throw new LoginError(`its plugin "${exec.command}" ended with ${code}${quoted(words)}`);
    return readCredential(text, exec);
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** Whether the plugin may ask at the terminal. */
export function isInteractive({ interactiveMode }: ExecEntry): boolean {
  return interactiveMode !== "Never" && Deno.stdin.isTerminal();
}

function start(entry: ContextEntry, exec: ExecEntry, interactive: boolean): Deno.ChildProcess {
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  try {
    return new Deno.Command(exec.command, {
      args: [...exec.args ?? []],
      env: { ...own, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(entry, exec, interactive)) },
      stdin: interactive ? "inherit" : "null",
      stdout: "piped",
      stderr: interactive ? "inherit" : "piped",
    }).spawn();
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "is not there" : "cannot be started";
    throw new LoginError(`its plugin "${exec.command}" ${why}`, exec.installHint);
  }
}

/** What the plugin is told: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function execInfo({ cluster }: ContextEntry, exec: ExecEntry, interactive: boolean): unknown {
  const told = ["server", "certificate-authority-data", "proxy-url"] as const;
  return {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive,
      ...(exec.provideClusterInfo === true
        ? {
          cluster: Object.fromEntries(
            told.flatMap((key) => cluster[key] === undefined ? [] : [[key, cluster[key]]]),
          ),
        }
        : {}),
    },
  };
}

/** Nothing of the text is repeated: it holds the token. */
function readCredential(text: string, { command }: ExecEntry): Credentials {
  const { data } = credentialShape.safeParse(parsed(text));
  if (data === undefined) throw new LoginError(`its plugin "${command}" did not print an ExecCredential`);
  const { token, clientCertificateData, clientKeyData } = data.status;
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(clientCertificateData === undefined ? {} : { clientCert: clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { clientKey: clientKeyData }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function quoted(words: string): string {
  const said = words.trim();
  return said === "" ? "" : `: ${said.slice(-MOST_WORDS)}`;
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MOST_BYTES) throw new LoginError("its plugin prints without end");
  }
  return text;
}

/** The result of the work, or the signal's reason as soon as it is aborted. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  // What comes after the end is of no interest.
  work.catch(() => undefined);
  return await Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}

async function end(child: Deno.ChildProcess): Promise<void> {
  kill(child, "SIGTERM");
  const timer = setTimeout(() => kill(child, "SIGKILL"), GRACE_MS);
  await child.status;
  clearTimeout(timer);
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended.
  }
}
