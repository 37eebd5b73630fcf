/** In what a container differs from what the files say of its service. Names only: a value may be a secret. */
import type { Project, Service } from "../../../compose/project.ts";
import type { RunningStack, StartedContainer } from "./container.ts";
import { differentMounts } from "./mounts.ts";
import { differentNetworks, differentPorts } from "./ways_in.ts";

/** Everything that differs, in words for the end of a sentence; empty where nothing does. */
export function differences(
  service: Service,
  container: StartedContainer,
  project: Project,
  stack: RunningStack,
): readonly string[] {
  const found = [
    ...differentImage(service, container, project, stack),
    ...named("environment", differentVariables(service, container)),
    ...differentProgram(service, container),
    ...named("mounts", differentMounts(service, container, project)),
    ...named("labels", differentLabels(service, container)),
    ...named("networks", differentNetworks(service, container, project)),
    ...named("ports", differentPorts(service, container)),
  ];
  return found.length > 0 || !isHashedAlike(service, project) || !hasOtherHash(container, stack)
    ? found
    : ["another key of the service, by compose's own digest (com.docker.compose.config-hash)"];
}

/**
 * `config --hash` leaves as they are what `up` replaces before it takes the digest: files of variables, variables that
 * are named without a value, services that lend a namespace or volumes, and what models and providers set (compose,
 * `runHash` beside `ensureService`). Any of these would differ in a container that was just started.
 */
function isHashedAlike(service: Service, { environment, services }: Project): boolean {
  const keys = ["models", "provider", "use_api_socket"];
  const borrows = [service.network_mode, service.ipc, service.pid].some((mode) =>
    mode?.startsWith("service:")
  );
  const mayBeBare = Object.entries(service.environment ?? {}).some(([name, value]) =>
    value === null || environment[name] === value
  );
  const ofProvider = Object.keys(service.depends_on ?? {}).some((name) =>
    services[name]?.["provider"] !== undefined
  );
  return !borrows && !mayBeBare && !ofProvider && (service.env_file ?? []).length === 0 &&
    (service.volumes_from ?? []).length === 0 && keys.every((key) => service[key] === undefined);
}

/** Of another version of compose the digest of the same service may be another one. */
function hasOtherHash(container: StartedContainer, { hashes }: RunningStack): boolean {
  const now = hashes?.byService.get(container.service);
  return now !== undefined && container.configHash !== undefined && now !== container.configHash &&
    hashes?.version === container.composeVersion;
}

const MOST = 6;

/** `environment (A, B new; C gone)` without what is not there. */
function named(what: string, changes: readonly string[]): readonly string[] {
  if (changes.length === 0) return [];
  const more = changes.length > MOST ? ` and ${changes.length - MOST} more` : "";
  return [`${what} (${changes.slice(0, MOST).join(", ")}${more})`];
}

/** The name that compose gives to the image of a service. */
export function imageName({ name }: Project, service: Service): string {
  return service.image ?? `${name}-${service.name}`;
}

function differentImage(
  service: Service,
  { image, imageIds }: StartedContainer,
  project: Project,
  { tags }: RunningStack,
): readonly string[] {
  const wanted = imageName(project, service);
  // docker-compose 1 put an underscore between the names, and so does compatibility.
  const ofOld = service.image === undefined && image === `${project.name}_${service.name}`;
  if (fullName(image) !== fullName(wanted) && !ofOld && !isDigest(image)) {
    return [`image ("${image}", the files say "${wanted}")`];
  }
  const now = tags.get(wanted);
  if (now === undefined) {
    return ofOld || isDigest(image) ? [] : [`image (the engine has no "${wanted}" any more)`];
  }
  if (now.some((id) => imageIds.includes(id))) return [];
  return [`image ("${wanted}" is another one now: it was built or pulled since)`];
}

function isDigest(image: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(image);
}

/** With what Docker adds to a name by itself. */
export function fullName(reference: string): string {
  const [name = "", digest] = reference.split("@");
  const short = name.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
  if (digest !== undefined) return `${short.replace(/:[^/:]*$/, "")}@${digest}`;
  return short.lastIndexOf(":") > short.lastIndexOf("/") ? short : `${short}:latest`;
}

/** Compose gives them to containers from the settings of Docker's command. */
const PROXY = /^(https?|ftp|no|all)_proxy$/i;

function differentVariables(service: Service, container: StartedContainer): readonly string[] {
  const wanted = new Map(Object.entries(service.environment ?? {}));
  const has = variables(container.started.environment);
  const ofImage = container.ofImage === undefined ? undefined : variables(container.ofImage.environment);
  const changed = [...wanted].flatMap(([name, value]) => {
    if (value === null) return has.has(name) ? [`${name} gone`] : [];
    if (!has.has(name)) return [`${name} new`];
    return has.get(name) === value ? [] : [`${name} changed`];
  });
  const gone = ofImage === undefined
    ? []
    : [...has].flatMap(([name, value]) =>
      wanted.has(name) || ofImage.get(name) === value || PROXY.test(name)
        ? []
        : [ofImage.has(name) ? `${name} changed` : `${name} gone`]
    );
  return [...changed, ...gone].sort();
}

function variables(list: readonly string[]): ReadonlyMap<string, string> {
  return new Map(list.flatMap((line): [string, string][] => {
    const end = line.indexOf("=");
    return end < 0 ? [] : [[line.slice(0, end), line.slice(end + 1)]];
  }));
}

/** What is started, as whom and where; what the files leave open is the image's (moby, `runconfig` and `Merge`). */
function differentProgram(service: Service, { started, ofImage }: StartedContainer): readonly string[] {
  const { entrypoint, command } = service;
  const isEqual = (left: readonly string[], right: readonly string[]): boolean =>
    left.length === right.length && left.every((word, index) => word === right[index]);
  const wantedEntrypoint = entrypoint ?? ofImage?.entrypoint;
  const wantedCommand = command ?? (entrypoint === undefined || entrypoint === null ? ofImage?.command : []);
  const user = service.user ?? ofImage?.user;
  const directory = service.working_dir ?? ofImage?.workingDir;
  return [
    ...wantedEntrypoint === undefined || isEqual(wantedEntrypoint, started.entrypoint) ? [] : ["entrypoint"],
    ...wantedCommand === undefined || isEqual(wantedCommand, started.command) ? [] : ["command"],
    ...user === undefined || user === started.user ? [] : ["user"],
    ...directory === undefined || sameDirectory(directory, started.workingDir) ? [] : ["working_dir"],
  ];
}

function sameDirectory(left: string, right: string): boolean {
  const plain = (path: string): string => path.replace(/\/+$/, "");
  return plain(left) === plain(right);
}

/** Of compose itself, of Docker Desktop: they change with versions and machines. */
const NOT_OF_FILES = /^(com\.docker\.compose\.|desktop\.docker\.io\/|io\.podman\.|PODMAN_)/;

function differentLabels(service: Service, { started, ofImage }: StartedContainer): readonly string[] {
  const wanted = service.labels ?? {};
  const changed = Object.entries(wanted).flatMap(([key, value]) => {
    if (!Object.hasOwn(started.labels, key)) return [`${key} new`];
    return started.labels[key] === value ? [] : [`${key} changed`];
  });
  const isOpen = ofImage === undefined || service["label_file"] !== undefined;
  const gone = isOpen
    ? []
    : Object.entries(started.labels).flatMap(([key, value]) =>
      Object.hasOwn(wanted, key) || NOT_OF_FILES.test(key) || ofImage.labels[key] === value
        ? []
        : [`${key} gone`]
    );
  return [...changed, ...gone].sort();
}
