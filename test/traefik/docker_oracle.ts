/** What the real Traefik's docker provider makes of containers, addresses replaced by the services' names. */
import { serveEngine } from "./fake_engine.ts";
import { type ContainerCase, engineContainersOf } from "./stack_fixture.ts";
import { type LogLine, startTraefik } from "./traefik_process.ts";

/** Where Traefik looks for containers on the host's network. */
const hostAddress = "127.0.0.1";

export type Json = Record<string, unknown>;

export interface DockerAnswer {
  readonly configuration: Json;
  readonly log: readonly LogLine[];
}

/** Asks Traefik. */
export async function askDockerProvider(
  containers: ReadonlyMap<string, ContainerCase>,
  options: readonly string[] = [],
): Promise<DockerAnswer> {
  const directory = await Deno.makeTempDir({ prefix: "engine" });
  const socket = `${directory}/docker.sock`;
  const engine = engineContainersOf(containers);
  await using _server = serveEngine(socket, engine);
  await using traefik = await startTraefik({
    arguments: [
      `--providers.docker.endpoint=unix://${socket}`,
      "--providers.docker.watch=false",
      "--entrypoints.web.address=127.0.0.1:10080",
      ...options,
    ],
    apiPort: 10090,
    providers: ["docker"],
  });
  const names = new Map<string, string>();
  for (const [index, name] of [...containers.keys()].entries()) {
    const address = Object.values(engine[index]?.networks ?? {})[0] ?? hostAddress;
    if (!names.has(address)) names.set(address, name);
  }
  const text = JSON.stringify(traefik.configuration("docker") ?? {});
  const named = text.replace(/10\.42\.\d+\.\d+|127\.0\.0\.1/g, (address) => names.get(address) ?? address);
  await Deno.remove(directory, { recursive: true });
  return { configuration: JSON.parse(named) as Json, log: traefik.log };
}
