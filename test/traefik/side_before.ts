/** The stack before the move: Traefik with the docker and the file provider, as its static file has them. */
import { parse, stringify } from "yaml";
import type { Mount, Project } from "../../compose/project.ts";
import { containersOf } from "../../lib/traefik/container.ts";
import { findTraefik } from "../../lib/traefik/find_traefik.ts";
import { type EngineContainer, serveEngine } from "./fake_engine.ts";
import { startTraefik, type TraefikProcess } from "./traefik_process.ts";

type Json = Record<string, unknown>;

export interface BeforeInput {
  readonly project: Project;
  exposedPorts(service: string): readonly number[];
  /** The address of each compose service. */
  addressOf(service: string): string;
  /** The ports of 127.0.0.1 that stand for the entry points, by name. */
  readonly entryPointPorts: Readonly<Record<string, number>>;
  readonly apiPort: number;
  /** Labels that are put over those of the project, by service. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Changes the static configuration, the dynamic file's text. */
  readonly adaptStatic?: (configuration: Json) => void;
  readonly adaptDynamic?: (text: string) => string;
}

/** Starts it. What is changed of the static file: the addresses to listen on, the Engine's socket, file paths. */
export async function startBefore(input: BeforeInput): Promise<TraefikProcess> {
  const found = findTraefik(input.project);
  if (found === undefined) throw new Error("The stack has no Traefik");
  const directory = await Deno.makeTempDir({ prefix: "before" });
  const onHost = (path: string): string | undefined => hostPath(found.mounts, path);
  const configuration = await readStatic(found.staticFiles.flatMap((path) => onHost(path) ?? []));
  const dynamicFile = await copyDynamic(configuration, onHost, directory, input.adaptDynamic);
  const socket = `${directory}/docker.sock`;
  const engine = serveEngine(socket, engineContainers(input));
  const providers = configuration["providers"] as Record<string, Json>;
  providers["docker"] = { ...providers["docker"], endpoint: `unix://${socket}`, watch: false };
  if (dynamicFile !== undefined) providers["file"] = { filename: dynamicFile, watch: false };
  for (const [name, port] of Object.entries(input.entryPointPorts)) {
    (configuration["entryPoints"] as Record<string, Json>)[name] = {
      ...(configuration["entryPoints"] as Record<string, Json>)[name],
      address: `127.0.0.1:${port}`,
    };
  }
  prepareStatic(configuration, directory, input.apiPort);
  input.adaptStatic?.(configuration);
  const staticFile = `${directory}/traefik.yml`;
  await Deno.writeTextFile(staticFile, stringify(configuration));
  const traefik = await startTraefik({
    arguments: [`--configfile=${staticFile}`],
    configured: true,
    apiPort: input.apiPort,
    environment: found.environment,
    providers: ["docker", ...(dynamicFile === undefined ? [] : ["file"])],
  });
  return {
    ...traefik,
    [Symbol.asyncDispose]: async () => {
      await traefik[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A path in the container as a path on the host; undefined where nothing of the host is mounted there. */
function hostPath(mounts: readonly Mount[], path: string): string | undefined {
  const [mount] = mounts.filter(({ type, target }) => type === "bind" && `${path}/`.startsWith(`${target}/`))
    .sort((left, right) => right.target.length - left.target.length);
  return mount?.source === undefined ? undefined : mount.source + path.slice(mount.target.length);
}

async function readStatic(places: readonly string[]): Promise<Json> {
  for (const place of places) {
    const text = await Deno.readTextFile(place).catch(() => undefined);
    if (text !== undefined) return parse(text) as Json;
  }
  throw new Error(`There is no static file at ${places.join(", ")}`);
}

async function copyDynamic(
  configuration: Json,
  hostPath: (path: string) => string | undefined,
  directory: string,
  adapt: (text: string) => string = (text) => text,
): Promise<string | undefined> {
  const file = (configuration["providers"] as Record<string, Json>)["file"]?.["filename"];
  const path = typeof file === "string" ? hostPath(file) : undefined;
  if (path === undefined) return undefined;
  await Deno.writeTextFile(`${directory}/dynamic.yml`, adapt(await Deno.readTextFile(path)));
  return `${directory}/dynamic.yml`;
}

/** What a test needs, and what would leave the machine. */
function prepareStatic(configuration: Json, directory: string, apiPort: number): void {
  configuration["log"] = { level: "DEBUG", format: "json" };
  configuration["api"] = { ...configuration["api"] as Json, insecure: true };
  configuration["global"] = { checkNewVersion: false, sendAnonymousUsage: false };
  (configuration["entryPoints"] as Json)["traefik"] = { address: `127.0.0.1:${apiPort}` };
  (configuration["providers"] as Json)["providersThrottleDuration"] = "50ms";
  for (
    const resolver of Object.values((configuration["certificatesResolvers"] ?? {}) as Record<string, Json>)
  ) {
    const acme = resolver["acme"] as Json | undefined;
    if (acme !== undefined) {
      Object.assign(acme, { storage: `${directory}/acme.json`, caServer: "http://127.0.0.1:1/directory" });
    }
  }
}

function engineContainers({ project, exposedPorts, addressOf, labels }: BeforeInput): EngineContainer[] {
  return containersOf(project, exposedPorts).map((container) => {
    const mode = project.services[container.service]?.network_mode;
    return {
      id: container.service,
      name: container.containerName,
      labels: { ...container.labels, ...labels?.[container.service] },
      ports: container.ports.map((port) => `${port}/tcp`),
      networks: Object.fromEntries(container.networks.map((name) => [name, addressOf(container.service)])),
      ...(mode === undefined ? {} : { networkMode: mode }),
    };
  });
}
