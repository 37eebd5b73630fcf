/** What is said about an object that did not become ready: why, what the cluster noted, what it wrote last. */
import type { ClusterClient } from "../cluster/client.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { redact } from "../diff/secrets.ts";
import { placeOf } from "./failure.ts";
import { readWarnings } from "./pod_warnings.ts";
import { describe, type NotReady } from "./wait.ts";
import { shellWord } from "../diagnostics/shell_word.ts";

const LOG_LINES = 20;
const EVENTS = 3;

/** Fetches events and the log's last lines; masks secrets in both. */
export async function diagnoseNotReady(
  client: ClusterClient,
  failure: NotReady,
  secrets: readonly string[],
): Promise<Diagnostic> {
  const { wanted: { ref, source }, reason, pod, container } = failure;
  const [events, log] = await Promise.all([
    warnings(client, ref.namespace, pod ?? ref.name),
    lastLines(client, ref.namespace, pod, container),
  ]);
  const name = describe(ref);
  const parts = [
    `${name} does not become ready: ${reason}`,
    ...events.filter((message) => !reason.includes(message)).map((message) => `event: ${message}`),
    ...log.map((line) => `log: ${line}`),
  ];
  const inside = ref.namespace === undefined ? "" : ` -n ${shellWord(ref.namespace)}`;
  return {
    code: "run-not-ready",
    severity: "error",
    message: redact(parts.join("\n"), secrets),
    ...placeOf(source),
    hint:
      `Look closer with \`kubectl describe ${ref.kind.toLowerCase()} ${shellWord(ref.name)}${inside}\`; ` +
      "when it is fixed, run the same command again: it continues here",
  };
}

async function warnings(
  client: ClusterClient,
  namespace: string | undefined,
  name: string,
): Promise<readonly string[]> {
  const messages = (await readWarnings(client, namespace, name)).map(({ message }) => message);
  return [...new Set(messages)].slice(-EVENTS);
}

async function lastLines(
  client: ClusterClient,
  namespace: string | undefined,
  pod: string | undefined,
  container: string | undefined,
): Promise<readonly string[]> {
  if (pod === undefined || container === undefined || namespace === undefined) return [];
  const place = { name: pod, namespace };
  const previous = await client.logTail(place, container, { lines: LOG_LINES, previous: true });
  if (previous.length > 0) return previous;
  return await client.logTail(place, container, { lines: LOG_LINES, previous: false });
}
