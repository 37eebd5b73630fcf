/** Waits until a copy's containers serve. */
import { pause } from "../cluster/transport.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Engine } from "../docker/engine.ts";
import { field, items, list } from "../values/json.ts";

/** Longer than a database takes that has to go through its log. */
const PATIENCE_MS = 300_000;
const POLL_MS = 500;
/** Who has run so long without ending is taken for started. */
const STEADY_MS = 3_000;

/**
 * A container serves when it is healthy, or runs where it has no health check; one that has ended with success has done
 * its work. A service of which no container serves in the live project is not waited for in the copy, unless none does.
 *
 * @returns an error for each that does not, or for a copy without any
 */
export async function untilServing(
  engine: Engine,
  { copy, live }: { readonly copy: string; readonly live: string },
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<readonly Diagnostic[]> {
  const end = performance.now() + patienceMs;
  const broken = brokenIn(await statesOf(engine, live));
  let steadySince: number | undefined;
  for (;;) {
    const states = await statesOf(engine, copy);
    const asked = states.filter(({ service }) => !broken.has(service));
    const waited = asked.length === 0 ? states : asked;
    const isServing = waited.length > 0 && waited.every(({ trouble }) => trouble === undefined);
    steadySince = isServing ? steadySince ?? performance.now() : undefined;
    if (steadySince !== undefined && performance.now() - steadySince >= STEADY_MS) return [];
    if (performance.now() > end) {
      if (waited.length === 0) return [noContainer(copy)];
      const idle = waited.flatMap(({ name, trouble }) =>
        trouble === undefined ? [] : [notServing(name, trouble)]
      );
      if (idle.length > 0) return idle;
    }
    await pause(POLL_MS, signal);
  }
}

interface State {
  readonly service: string;
  /** Of the container. */
  readonly name: string;
  /** Undefined where it serves, or has done its work. */
  readonly trouble?: string;
}

/** Services of which not one container serves. */
function brokenIn(states: readonly State[]): ReadonlySet<string> {
  const serving = new Set(states.flatMap(({ service, trouble }) => trouble === undefined ? [service] : []));
  return new Set(states.flatMap(({ service }) => serving.has(service) ? [] : [service]));
}

async function statesOf(engine: Engine, project: string): Promise<readonly State[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const listed = list(await engine.json(`/containers/json?all=true&filters=${filters}`));
  const answers = await Promise.all(listed.map(async (one) => {
    const name = String(items(one["Names"])[0] ?? one["Id"]).replace(/^\//, "");
    const state = field(await engine.json(`/containers/${String(one["Id"])}/json`), "State");
    const trouble = troubleOf(state);
    const service = String(field(one["Labels"], "com.docker.compose.service"));
    return { service, name, ...(trouble === undefined ? {} : { trouble }) };
  }));
  return answers;
}

function troubleOf(state: unknown): string | undefined {
  const [status, code] = [String(field(state, "Status")), Number(field(state, "ExitCode") ?? 0)];
  const health = field(field(state, "Health"), "Status");
  if (status === "exited") return code === 0 ? undefined : `it ended with ${code}`;
  if (status !== "running") return `it is ${status}`;
  return health === undefined || health === "healthy" || health === "none" || health === ""
    ? undefined
    : `its health check says "${health}"`;
}

function notServing(name: string, trouble: string): Diagnostic {
  return {
    code: "run-rehearsal-not-served",
    severity: "error",
    message: `Container "${name}" of the copy does not serve: ${trouble}`,
    hint: "If a database refuses its copied directory: --pause, or a quiet hour; if a program calls other " +
      "machines when it starts: --online",
  };
}

function noContainer(copy: string): Diagnostic {
  return {
    code: "run-rehearsal-not-served",
    severity: "error",
    message: `The copy, project "${copy}", has no container: there is nothing to move`,
    hint: "Check compose.yaml in the copy's folder with docker compose config; --keep keeps the folder",
  };
}
