/** The real Traefik as a child process: its log as JSON, its API, its dynamic configurations. */
import { buildTools } from "../../lib/embedded_cluster/build.ts";

type Json = Record<string, unknown>;

/** A line of Traefik's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly error?: string;
  readonly [key: string]: unknown;
}

export interface TraefikProcess extends AsyncDisposable {
  readonly log: readonly LogLine[];
  /** What a provider last sent, as Traefik logs it. */
  configuration(provider: string): Json | undefined;
  /** `/api/rawdata` */
  rawdata(): Promise<Json>;
}

/** The port of the API, on 127.0.0.1. */
export interface TraefikOptions {
  readonly arguments: readonly string[];
  readonly apiPort: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether a static file says what the flags below would: Traefik reads one of the two. */
  readonly configured?: boolean;
  /** Providers whose first configuration is waited for. */
  readonly providers: readonly string[];
}

/** Starts Traefik and waits until it has the configuration of every provider and its API answers. */
export async function startTraefik(options: TraefikOptions): Promise<TraefikProcess> {
  const { traefik } = await buildTools(["traefik"], () => {});
  const child = new Deno.Command(traefik, {
    args: options.configured === true ? [...options.arguments] : [
      ...options.arguments,
      "--log.level=DEBUG",
      "--log.format=json",
      "--api.insecure=true",
      `--entrypoints.traefik.address=127.0.0.1:${options.apiPort}`,
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
      "--providers.providersthrottleduration=50ms",
    ],
    env: { ...options.environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log: LogLine[] = [];
  const configurations = new Map<string, Json>();
  const reading = Promise.all(
    [child.stdout, child.stderr].map((stream) => readLog(stream, log, configurations)),
  );
  const rawdata = async (): Promise<Json> => {
    const response = await fetch(`http://127.0.0.1:${options.apiPort}/api/rawdata`);
    if (!response.ok) throw new Error(`Traefik's API answers ${response.status}`);
    return await response.json() as Json;
  };
  const stop = async (): Promise<void> => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
    await reading;
  };
  const ended = child.status.then(() => true);
  const deadline = Date.now() + 120_000;
  while (true) {
    const complete = options.providers.every((provider) => configurations.has(provider));
    const shown = complete ? await rawdata().catch(() => undefined) : undefined;
    if (
      shown !== undefined && options.providers.every((provider) => isInForce(configurations, provider, shown))
    ) break;
    if (Date.now() > deadline || await Promise.race([ended, pause(50)])) {
      await stop();
      const tail = log.slice(-8).map(({ level, message, error }) => `${level} ${message} ${error ?? ""}`)
        .join("\n");
      throw new Error(`Traefik did not become ready:\n${tail}`);
    }
  }
  await pause(300);
  return {
    log,
    configuration: (provider) => configurations.get(provider),
    rawdata,
    [Symbol.asyncDispose]: stop,
  };
}

/** Whether the routers that a provider sent are those that Traefik routes by: it takes them over a moment later. */
function isInForce(configurations: ReadonlyMap<string, Json>, provider: string, rawdata: Json): boolean {
  const names = Object.keys((rawdata["routers"] ?? {}) as Json);
  const sent = configurations.get(provider)?.["http"] as { routers?: Json } | undefined;
  return Object.keys(sent?.routers ?? {}).every((router) =>
    names.some((name) => name.endsWith(`${router}@${provider}`))
  );
}

async function pause(milliseconds: number): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return false;
}

async function readLog(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  log: LogLine[],
  configurations: Map<string, Json>,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const entry = parseLine(line);
      log.push(entry);
      const provider = entry["providerName"];
      if (entry.message === "Configuration received" && typeof provider === "string") {
        configurations.set(provider, entry["config"] as Json);
      }
    }
  }
}

function parseLine(line: string): LogLine {
  try {
    return { message: "", level: "none", ...JSON.parse(line) as Partial<LogLine> };
  } catch {
    return { level: "none", message: line };
  }
}
