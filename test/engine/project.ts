/** What compose itself says of a stack: which names to ask for, which ports to open, who waits for whom. */

/** What is read of `docker compose config --format json`. */
export interface ComposeProject {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks?: Readonly<Record<string, Shared | null>>;
  readonly volumes?: Readonly<Record<string, Shared | null>>;
}

/** A network or a volume, which may be another stack's. */
interface Shared {
  readonly name?: string;
  readonly external?: boolean;
}

export interface ComposeService {
  readonly image?: string;
  readonly restart?: string;
  readonly container_name?: string;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly network_mode?: string;
  readonly links?: readonly string[];
  readonly expose?: readonly string[];
  readonly ports?: readonly {
    readonly target: number;
    readonly published?: string;
    readonly protocol?: string;
    readonly host_ip?: string;
  }[];
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] } | null>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly extra_hosts?: readonly string[];
  readonly configs?: readonly Handed[] | null;
  readonly secrets?: readonly Handed[] | null;
  readonly volumes?: readonly {
    readonly type: string;
    readonly source?: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
}

/** A config or a secret of a service. */
interface Handed {
  readonly source: string;
  readonly target?: string;
}

/** Ports by protocol. */
export interface Ports {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** A name to ask for, with the ports at which somebody may be. */
export interface Target extends Ports {
  readonly name: string;
  /** The service whose name it is. */
  readonly owner?: string;
}

/** A port that nobody declares: who reaches it is in the same network. */
const UNDECLARED = 47_811;

/** The ports that a service declares, and those of its image. @param exposed such as `8080/tcp` or `7002-7003/tcp`. */
export function portsOf(service: ComposeService, exposed: readonly string[]): Ports {
  const declared = [
    ...(service.ports ?? []).map(({ target, protocol }) => `${target}/${protocol ?? "tcp"}`),
    ...(service.expose ?? []).flatMap(rangeOf),
    ...exposed.flatMap(rangeOf),
  ];
  const of = (protocol: string): readonly number[] =>
    [
      ...new Set(
        declared.map((port) => port.split("/")).filter(([, kind]) => (kind ?? "tcp") === protocol)
          .map(([number]) => Number(number)),
      ),
    ].toSorted((left, right) => left - right);
  return { tcp: of("tcp"), udp: of("udp") };
}

function rangeOf(text: string): readonly string[] {
  const [, first = "", last = first, protocol = ""] = /^(\d+)(?:-(\d+))?(\/\w+)?$/.exec(text) ?? [];
  const length = Number(last) - Number(first) + 1;
  return Array.from({ length }, (_, index) => `${Number(first) + index}${protocol}`);
}

/** Names that others of the stack may use, with their owners; and one that nobody has. */
export function namesOf(project: ComposeProject): ReadonlyMap<string, string | undefined> {
  const names = new Map<string, string | undefined>();
  for (const [name, service] of Object.entries(project.services)) {
    const aliases = Object.values(service.networks ?? {}).flatMap((network) => network?.aliases ?? []);
    for (const each of [name, service.container_name, ...aliases]) if (each) names.set(each, name);
  }
  return names.set("nobody-has-this-name.invalid", undefined);
}

/** What a service alone calls others: its links, and its own lines of the hosts file. */
function ownNames({ links, extra_hosts }: ComposeService): ReadonlyMap<string, string | undefined> {
  const linked = (links ?? []).map((link) => {
    const [target = "", alias = target] = link.split(":");
    return [alias, target] as const;
  });
  const written = (extra_hosts ?? []).map((line) => [line.split(/[=:]/)[0] ?? "", undefined] as const);
  return new Map([...linked, ...written]);
}

/** All that a service is to look for: every name of the stack and of its own, at its owner's ports. */
export function targetsOf(
  project: ComposeProject,
  service: string,
  ports: Readonly<Record<string, Ports>>,
): readonly Target[] {
  const names = new Map([...namesOf(project), ...ownNames(project.services[service] ?? {})]);
  return [...names].map(([name, owner]) => {
    const { tcp, udp } = ports[owner ?? ""] ?? { tcp: [], udp: [] };
    return { name, tcp, udp, ...(owner === undefined ? {} : { owner }) };
  });
}

/** The part of a role that is the same on both sides. */
export function roleOf(name: string, ports: Ports): { readonly name: string } & Ports {
  return { name, tcp: [...ports.tcp, UNDECLARED], udp: ports.udp };
}

/** Published ports, as `8080/tcp`. */
export function publishedPorts(project: ComposeProject): readonly string[] {
  return Object.values(project.services).flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ published, protocol }) =>
      published === undefined || published === "" ? [] : [`${published}/${protocol ?? "tcp"}`]
    )
  );
}

/**
 * Where configs and secrets lie. Compose binds some of them and copies others into the container, so they are looked at
 * by their paths, whether they are mounts or not.
 */
export function handedFiles({ configs, secrets }: ComposeService): readonly string[] {
  const paths = (all: readonly Handed[] | null | undefined, folder: string): readonly string[] =>
    (all ?? []).map(({ source, target = source }) => target.startsWith("/") ? target : `${folder}${target}`);
  return [...paths(configs, "/"), ...paths(secrets, "/run/secrets/")];
}

/** Without the stack's own Traefik: the cluster has one, which is led by objects and is in no pod of the stack. */
export function withoutTraefik(project: ComposeProject): ComposeProject {
  const others = Object.entries(project.services).filter(([, { image = "" }]) =>
    !/(^|\/)traefik(:|@|$)/.test(image)
  );
  return { ...project, services: Object.fromEntries(others) };
}

/** Names of networks or volumes that have to be there before the stack starts. */
export function externalOf(all: Readonly<Record<string, Shared | null>> | undefined): readonly string[] {
  return Object.entries(all ?? {}).flatMap(([key, shared]) =>
    shared?.external === true ? [shared.name ?? key] : []
  );
}

/** Of the node's namespaces: the engine's socket is that of the engine under test. */
const OWN = /^\/(var\/)?run\/./;

/** Paths of the machine that a probe could write to: outside of the stack's copy they are somebody's. */
export function foreignPaths(project: ComposeProject, directory: string): readonly string[] {
  const sources = Object.values(project.services).flatMap(({ volumes }) => volumes ?? [])
    .filter(({ type, read_only }) => type === "bind" && read_only !== true)
    .map(({ source }) => source ?? "");
  return sources.filter((source) =>
    source !== directory && !source.startsWith(`${directory}/`) && !OWN.test(source)
  );
}
