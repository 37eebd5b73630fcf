/** A compose project of nothing but services with labels, and the containers that it would be on an Engine. */
import type { Port, Project, Service } from "../../compose/project.ts";
import type { EngineContainer } from "./fake_engine.ts";

/** One container of a case. */
export interface ContainerCase {
  readonly labels: Readonly<Record<string, string>>;
  /** `80`, `53/udp`; what the image exposes. */
  readonly ports?: readonly string[];
  readonly networkMode?: string;
}

export const projectName = "cases";

/** The stack's own Traefik: it has no labels of its own but one that hides it. */
export interface ProxyOptions {
  /** The image's tag; 3.6 where absent. */
  readonly version?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly Port[];
}

/** A project whose spans point at line N for the Nth label of a service. */
export function projectOf(
  containers: ReadonlyMap<string, ContainerCase>,
  options: ProxyOptions = {},
): Project {
  const proxy: Service = {
    name: "proxy",
    image: `traefik:v${options.version ?? "3.6"}`,
    labels: { "traefik.enable": "false" },
    environment: options.environment ?? {},
    ...(options.ports === undefined ? {} : { ports: options.ports }),
  };
  const own = Object.fromEntries([...containers].map(([name, { labels, networkMode }]): [string, Service] => [
    name,
    { name, labels, image: "example", ...(networkMode === undefined ? {} : { network_mode: networkMode }) },
  ]));
  return {
    name: projectName,
    workingDir: "/stack",
    composeFiles: ["/stack/docker-compose.yml"],
    environment: {},
    services: { ...own, proxy },
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    disabledServices: {},
    canonical: {},
    written: () => undefined,
    variable: () => undefined,
    span: (path) => {
      const [, service, , label] = path;
      const line = Object.keys(own[String(service)]?.labels ?? {}).indexOf(String(label)) + 1;
      return { file: `${service}.yml`, line: Math.max(line, 1), column: 1 };
    },
  };
}

/** The ports of a service, as `readRouting` asks for them. */
export function exposedPortsOf(
  containers: ReadonlyMap<string, ContainerCase>,
): (service: string) => readonly number[] {
  return (service) => (containers.get(service)?.ports ?? ["80"]).map((port) => Number(port.split("/")[0]));
}

/** The containers on the Engine, each with an address of its own. */
export function engineContainersOf(containers: ReadonlyMap<string, ContainerCase>): EngineContainer[] {
  return [...containers].map(([name, { labels, ports = ["80"], networkMode }], index) => ({
    id: `id${String(index).padStart(6, "0")}`,
    name: `${projectName}-${name}-1`,
    labels: { ...labels, "com.docker.compose.project": projectName, "com.docker.compose.service": name },
    ports: networkMode === "host" ? [] : ports.map((port) => port.includes("/") ? port : `${port}/tcp`),
    networks: networkMode === "host" ? {} : { cases_default: addressOf(index) },
    ...(networkMode === undefined ? {} : { networkMode }),
  }));
}

/** The address of the Nth container. */
export function addressOf(index: number): string {
  return `10.42.${Math.floor(index / 200) + 1}.${index % 200 + 1}`;
}
