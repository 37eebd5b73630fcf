/**
 * Makes stacks by chance over what compose files say of services: several services each, with many keys at once, so that
 * one start proves many fields. What needs an answer of the operator is not made, but for one that ends by itself and that
 * nobody waits for, which has the answer with it: `migrate` is to move each of them.
 */
import { stringify } from "yaml";
import { fc } from "../chance.ts";
import { KEYS, type Mounted, mounted } from "./generated_keys.ts";

/** A service as drawn; what has to be unique in a stack or on the machine is put in by {@link composeFile}. */
interface Drawn {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly mounts: readonly Mounted[];
  readonly ports: readonly { readonly protocol: "tcp" | "udp"; readonly address: string }[];
  readonly named: { readonly alias: boolean; readonly container: boolean; readonly host: boolean };
  /** Networks that it is on; none is the default one alone. */
  readonly networks: readonly string[];
  /** Numbers of services before it, as far as there are any. */
  readonly after: readonly number[];
  readonly linked: boolean;
  /** Whether it runs on, ends by itself, lives in the network of the one before it, or has no network. */
  readonly way: "lasts" | "ends" | "joins" | "alone";
}

/** By number; where shrinking has taken a service away its place stays, so that the others keep their names. */
export type GeneratedStack = readonly (Drawn | undefined)[];

const drawn: fc.Arbitrary<Drawn> = fc.record({
  keys: fc.record({
    image: fc.constantFrom("probe/plain:1", "probe/command:1", "probe/full:1", "probe/named:1"),
    restart: fc.constantFrom("always", "unless-stopped"),
    ...Object.fromEntries(Object.entries(KEYS).map(([key, value]) => [key, sometimes(value)])),
  }),
  // Volumes are filled by containers of their own: they are what takes most time.
  mounts: fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(mounted, { maxLength: 3, selector: ({ target }) => target }) },
  ),
  ports: fc.array(
    fc.record({
      protocol: fc.constantFrom("tcp" as const, "udp" as const),
      address: fc.constantFrom("", "127.0.0.1"),
    }),
    { maxLength: 2 },
  ),
  named: fc.record({ alias: fc.boolean(), container: fc.boolean(), host: fc.boolean() }),
  networks: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(["default", "outer", "inner"], { minLength: 1 }) },
  ),
  after: fc.uniqueArray(fc.nat(6), { maxLength: 2 }),
  linked: fc.boolean(),
  way: fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.constant("lasts" as const) },
    { weight: 1, arbitrary: fc.constantFrom("ends" as const, "joins" as const, "alone" as const) },
  ),
});

/** A key that a third of the services has; without it is the smaller case. */
function sometimes(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

/** @param size how many services a stack has at most. */
export function stacksOf(size: number): fc.Arbitrary<GeneratedStack> {
  const each = fc.option(drawn, { nil: undefined, freq: 12 });
  return fc.noBias(fc.array(each, { minLength: size, maxLength: size }))
    .filter((stack) => stack.some((service) => service !== undefined));
}

/** @param name unique on the machine. @param firstPort from which on published ports are free. */
export function composeFile(stack: GeneratedStack, name: string, firstPort: number): string {
  let port = firstPort;
  const services = [...stack.entries()].flatMap(([index, service]) => {
    if (service === undefined) return [];
    const published = service.ports.map(({ protocol, address }, at) =>
      `${address === "" ? "" : `${address}:`}${port++}:${8000 + at}/${protocol}`
    );
    return [[serviceName(index), serviceOf({ stack, index, service, name, published })]];
  });
  return stringify({
    services: Object.fromEntries(services),
    networks: { outer: {}, inner: { internal: true } },
    volumes: { kept: {}, filled: {} },
    configs: { app: { file: "./conf/app.conf" }, inline: { content: "inline = $$5\n" } },
    secrets: { rope: { file: "./secret.txt" } },
  }, { aliasDuplicateObjects: false });
}

/** The answer to `kube-one-shot-unclear`: without it such a program is started again for ever, and `migrate` says so. */
export function decisionsFile(stack: GeneratedStack): string {
  const awaited = new Set(
    [...stack.entries()].flatMap(([index, service]) =>
      service === undefined ? [] : service.after.filter((number) => number < index)
    ),
  );
  const unawaited = [...stack.entries()].filter(([index, service]) =>
    service?.way === "ends" && !awaited.has(index)
  );
  return stringify({
    services: Object.fromEntries(unawaited.map(([index]) => [serviceName(index), { kind: "Job" }])),
  });
}

/** A service at its place in the stack. */
interface Placed {
  readonly stack: GeneratedStack;
  readonly index: number;
  readonly service: Drawn;
  readonly name: string;
  readonly published: readonly string[];
}

function serviceOf(placed: Placed): Readonly<Record<string, unknown>> {
  const { stack, index, service } = placed;
  const { keys, mounts, after } = service;
  const before = after.filter((number) => number < index && stack[number] !== undefined).toSorted();
  const conditions = before.map((number) =>
    [serviceName(number), { condition: conditionOf(stack[number]) }] as const
  );
  return {
    ...startable(keys),
    ...some("volumes", mounts.map(({ target, of }) => ({ ...of, target }))),
    ...(conditions.length > 0 ? { depends_on: Object.fromEntries(conditions) } : {}),
    // What is undefined is not written.
    ...withItsWay(placed),
  };
}

/** What only one that ends by itself has not: nobody looks for it, and it is started once. */
const ENDING = { image: "probe/ends:1", restart: "no", deploy: undefined, healthcheck: undefined };

/** What is the network's, and so another's. */
const JOINING = {
  ...{ hostname: undefined, domainname: undefined, extra_hosts: undefined, expose: undefined },
  ...{ dns_opt: undefined, dns_search: undefined, sysctls: undefined, deploy: undefined },
};

/** What is a service's own by the way in which it runs. */
function withItsWay({ stack, index, service, name, published }: Placed): Readonly<Record<string, unknown>> {
  const { keys, named, linked, way } = service;
  const previous = stack[index - 1];
  if (way === "ends") return ENDING;
  if (way === "alone") return { ...JOINING, network_mode: "none" };
  if (way === "joins" && previous?.way === "lasts") {
    return { ...JOINING, network_mode: `service:${serviceName(index - 1)}` };
  }
  const isOne = published.length > 0 || named.container || stack[index + 1]?.way === "joins";
  return {
    ...some("ports", published),
    ...(named.container ? { container_name: `${name}-${serviceName(index)}-own` } : {}),
    ...(named.host ? { hostname: `host-${index}` } : {}),
    ...networksOf(service, named.alias ? [`alias-${index}`] : []),
    ...(linked && isOnDefault(previous) && isOnDefault(service)
      ? { links: [`${serviceName(index - 1)}:linked-${index}`] }
      : {}),
    ...(isOne && keys["deploy"] !== undefined ? { deploy: { ...keys["deploy"], replicas: undefined } } : {}),
  };
}

/** Aliases are those of its first network. */
function networksOf({ networks }: Drawn, aliases: readonly string[]): Readonly<Record<string, unknown>> {
  const all = networks.length === 0 ? ["default"] : networks;
  if (all.join() === "default" && aliases.length === 0) return {};
  return { networks: Object.fromEntries(all.map((name, at) => [name, at === 0 ? { aliases } : {}])) };
}

/** Compose links services of one network. */
function isOnDefault(service: Drawn | undefined): boolean {
  return service?.way === "lasts" && (service.networks.length === 0 || service.networks[0] === "default");
}

/**
 * An image without an entrypoint starts the first word of its command; compose copies the content of a config into the
 * container, and refuses one whose root is read-only, and limits that are said in two places.
 */
function startable(keys: Drawn["keys"]): Drawn["keys"] {
  const { image, entrypoint, command, configs, deploy } = keys;
  const isCopied = Array.isArray(configs) && configs.some((config) => config.source === "inline");
  const isLimited = (deploy as { readonly resources?: unknown } | undefined)?.resources !== undefined;
  return {
    ...keys,
    ...(isCopied ? { read_only: undefined } : {}),
    ...(isLimited
      ? { mem_limit: undefined, mem_reservation: undefined, cpus: undefined, pids_limit: undefined }
      : {}),
    ...(image === "probe/command:1" && entrypoint === undefined && Array.isArray(command)
      ? { command: ["/probe", ...command] }
      : {}),
  };
}

function conditionOf(service: Drawn | undefined): string {
  if (service?.way === "ends") return "service_completed_successfully";
  return typeof (service?.keys["healthcheck"] as { test?: unknown } | undefined)?.test === "undefined"
    ? "service_started"
    : "service_healthy";
}

function serviceName(index: number): string {
  return `service-${String.fromCharCode(97 + index)}`;
}

function some(key: string, list: readonly unknown[]): Readonly<Record<string, unknown>> {
  return list.length === 0 ? {} : { [key]: list };
}
