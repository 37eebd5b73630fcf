/** A compose service as the container that Traefik's docker provider would inspect. */
import type { Project, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { asksSwarmAlone, type Provider } from "./docker_options.ts";
import { normalize } from "./go_template_functions.ts";

export interface Container {
  /** The compose service. */
  readonly service: string;
  /** What Traefik calls it in names and default rules: service and project, normalized. */
  readonly name: string;
  /** The container's own name, without the leading slash. */
  readonly containerName: string;
  /** Whose labels they are. */
  readonly provider: Provider;
  /** The service's labels and those that compose adds; those below `deploy` where swarm is asked, and alone if it is alone. */
  readonly labels: Readonly<Record<string, string>>;
  /** Container ports that the Engine would list, ascending; empty where it shares another network stack. */
  readonly ports: readonly number[];
  /** Labels for Traefik that it does not get to see. */
  readonly unseen: readonly { readonly label: string; readonly span: Span | undefined }[];
  /** Whether any label is Traefik's. */
  readonly isLabelled: boolean;
  /** Whether the image may expose others, as nobody has told what it exposes. */
  readonly mayExposeMore: boolean;
  /** Whether the Engine would list ports at all: not with the network of the host or of another container. */
  readonly hasOwnNetwork: boolean;
  /** The Docker names of its networks. */
  readonly networks: readonly string[];
  spanOf(label: string): Span | undefined;
}

/** A section of a provider's configuration: element names to their JSON. */
export type Section = Record<string, Record<string, unknown>>;

/** One container's share of the docker provider's configuration. */
export interface ContainerConfiguration {
  readonly container: Container;
  readonly http: { routers: Section; services: Section; middlewares: Section };
  readonly tcp: { routers: Section; services: Section; middlewares: Section };
  readonly udp: { routers: Section; services: Section };
  readonly stores: Section;
  /** The ports that its services were found to have, by protocol and service name. */
  readonly ports: Map<string, number>;
  /** The label that speaks for an element, by its path `http.routers.web`: its rule, else its first. */
  readonly origins: Map<string, string>;
}

/** Every active service as its container. Replicas have one configuration, so one stands for all. */
export function containersOf(
  project: Project,
  exposedPorts: (service: string) => readonly number[],
  mayExposeMore: (service: string) => boolean = () => false,
  provider: Provider = "docker",
): Container[] {
  return Object.values(project.services).map((service) => ({
    ...containerOf(project, service, exposedPorts(service.name), provider),
    mayExposeMore: !asksSwarmAlone(provider) && mayExposeMore(service.name),
  }));
}

function containerOf(
  project: Project,
  service: Service,
  ports: readonly number[],
  provider: Provider,
): Omit<Container, "mayExposeMore"> {
  const ofSwarm = asksSwarmAlone(provider);
  const labels = {
    ...(ofSwarm ? {} : service.labels),
    ...(provider === "docker" ? {} : service.deploy?.labels),
  };
  const placeOf = (label: string): Span | undefined =>
    project.span(["services", service.name, "labels", label]);
  const mode = service.network_mode;
  const hasOwnNetwork = mode === undefined || !/^(host|none|container:|service:)/.test(mode);
  return {
    service: service.name,
    name: normalize(`${service.name}_${project.name}`),
    containerName: service.container_name ?? `${project.name}-${service.name}-1`,
    provider,
    labels: {
      ...labels,
      "com.docker.compose.project": project.name,
      "com.docker.compose.service": service.name,
    },
    unseen: Object.keys(ofSwarm ? service.labels ?? {} : {}).filter(isTraefiks)
      .map((label) => ({ label, span: placeOf(label) })),
    isLabelled: Object.keys(labels).some(isTraefiks),
    ports: hasOwnNetwork && !ofSwarm ? [...ports].sort((a, b) => a - b) : [],
    hasOwnNetwork,
    networks: networksOf(project, service),
    spanOf: (label) =>
      (ofSwarm ? undefined : placeOf(label)) ??
        project.span(["services", service.name, "deploy", "labels", label]),
  };
}

function isTraefiks(label: string): boolean {
  return /^traefik\./i.test(label);
}

function networksOf(project: Project, service: Service): string[] {
  if (service.network_mode !== undefined) return [];
  const keys = service.networks === undefined ? ["default"] : Object.keys(service.networks);
  return keys.map((key) => project.networks[key]?.name ?? `${project.name}_${key}`);
}
