/**
 * Makes stacks by chance over what compose files say of services: several services each, with many keys at once, so that
 * one start proves many fields. What needs an answer of the operator is not made: `migrate` is to move each of them.
 */
import fc from "fast-check";
import { stringify } from "yaml";

/** A service as drawn; what has to be unique in a stack or on the machine is put in by {@link composeFile}. */
interface Drawn {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly mounts: readonly Mounted[];
  readonly ports: readonly { readonly protocol: "tcp" | "udp"; readonly address: string }[];
  readonly named: { readonly alias: boolean; readonly container: boolean; readonly host: boolean };
  /** Numbers of services before it, as far as there are any. */
  readonly after: readonly number[];
  readonly linked: boolean;
  /** Whether it runs on, ends by itself, or lives in the network of the one before it. */
  readonly way: "lasts" | "ends" | "joins";
}

interface Mounted {
  readonly target: string;
  readonly of: Readonly<Record<string, unknown>>;
}

/** By number; where shrinking has taken a service away its place stays, so that the others keep their names. */
export type GeneratedStack = readonly (Drawn | undefined)[];

/** What shells, YAML, compose and the kubelet each read in a way of their own. */
const text = fc.string({
  unit: fc.constantFrom(..."ab1 $'\"\\(){}`é#=-%!&*:,~"),
  minLength: 1,
  maxLength: 10,
}).map((each) => each.replaceAll("$", "$$$$"));
const spoken = fc.oneof(
  { weight: 3, arbitrary: text },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "$$(HOME)", "$$$$(A)", "$$HOME", "one\ntwo", "true", "010", "null"),
  },
);
const listed = fc.array(spoken, { maxLength: 4 });

const variables = fc.dictionary(
  fc.constantFrom("A", "B", "LINES", "with.dot", "PASSWORD", "HOME", "OVERRIDDEN", "lower_case"),
  spoken,
  { minKeys: 1, maxKeys: 5 },
);

const healthcheck = fc.record({
  test: fc.oneof(
    listed.map((words) => ["CMD", "/probe", ...words]),
    text.map((words) => `/probe '${words.replaceAll("'", "")}'`),
  ),
  interval: fc.constant("1s"),
  timeout: fc.constant("9s"),
  retries: fc.constant(40),
});

const KEYS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: listed,
  entrypoint: listed.map((words) => ["/probe", ...words]),
  environment: variables,
  env_file: fc.constant(["app.env"]),
  user: fc.constantFrom("1234", "1234:4321", "5555", "5555:5555", "0:0", "0"),
  group_add: fc.constantFrom(["2000"], ["2001", "2000"], ["4321"]),
  working_dir: fc.constantFrom("/srv", "/made/for/it", "/tmp"),
  extra_hosts: fc.constantFrom(["lighthouse:192.0.2.44"], ["a:192.0.2.45", "b:192.0.2.45"]),
  expose: fc.constantFrom(["7000"], ["7001/udp", "7002-7003"], ["80"]),
  read_only: fc.constant(true),
  cap_add: fc.constantFrom(["NET_ADMIN"], ["CAP_SYS_TIME", "SYS_NICE"]),
  cap_drop: fc.constantFrom(["ALL"], ["NET_RAW", "CHOWN"]),
  security_opt: fc.constantFrom(
    ["no-new-privileges:true"],
    ["no-new-privileges"],
    ["seccomp:unconfined"],
    ["seccomp=unconfined", "no-new-privileges:true"],
  ),
  mem_limit: fc.constantFrom("64m", "100663296"),
  cpus: fc.constantFrom(0.5, "0.25", 1),
  shm_size: fc.constantFrom("16m", "128m"),
  tmpfs: fc.constantFrom(
    ["/scratch"],
    ["/scratch:size=2m", "/other"],
    ["/scratch:size=1m,mode=1777"],
    ["/scratch:uid=1234,gid=4321,mode=0750", "/run"],
  ),
  healthcheck: fc.oneof({ weight: 4, arbitrary: healthcheck }, {
    weight: 1,
    arbitrary: fc.constant({ disable: true }),
  }),
  stop_signal: fc.constantFrom("SIGINT", "SIGUSR1"),
  stop_grace_period: fc.constantFrom("20s", "1m"),
  tty: fc.constant(true),
  stdin_open: fc.constant(true),
  init: fc.constant(true),
  deploy: fc.record({
    replicas: fc.constantFrom(1, 2),
    resources: fc.constantFrom(
      { limits: { memory: "96M", cpus: "0.75" } },
      { limits: { cpus: "0.25" }, reservations: { memory: "20M", cpus: "0.05" } },
    ),
    update_config: fc.constantFrom({ order: "start-first" }, { order: "stop-first" }),
    restart_policy: fc.constantFrom({ condition: "any" }),
  }, { requiredKeys: [] }),
  mem_reservation: fc.constantFrom("16m"),
  domainname: fc.constantFrom("harbour.test"),
  dns_search: fc.constantFrom(["harbour.test"], "one.test"),
  labels: variables,
  annotations: fc.constant({ "harbour.test/berth": "seven" }),
  ipc: fc.constantFrom("shareable", "private"),
  sysctls: fc.constantFrom({ "net.ipv4.tcp_syncookies": 0 }, ["net.ipv4.ip_local_port_range=40000 50000"]),
  ulimits: fc.constantFrom({ nofile: { soft: 1000, hard: 2000 } }),
  pids_limit: fc.constant(100),
  configs: fc.constantFrom(["app"], [{ source: "inline", target: "/etc/inline.conf", mode: 0o440 }], [{
    source: "app",
    target: "/srv/app.conf",
  }]),
  secrets: fc.constantFrom(["rope"], [{ source: "rope", target: "other" }]),
  dns_opt: fc.constant(["timeout:1"]),
};

const bind = (source: string) => ({ type: "bind", source });
const mounted = fc.record({
  target: fc.constantFrom("/data", "/srv/deep", "/etc/app", "/var/lib/full"),
  of: fc.oneof(
    fc.constantFrom("./data", "./data/deep", "./made").map(bind),
    fc.constantFrom("./data", "./conf", "./conf/more").map((source) => ({
      ...bind(source),
      read_only: true,
    })),
    fc.constantFrom("kept", "filled").map((source) => ({ type: "volume", source })),
    fc.constant({ type: "volume", source: "kept", read_only: true }),
    fc.constant({ type: "volume" }),
    fc.constantFrom(4_194_304, 65_536).map((size) => ({ type: "tmpfs", tmpfs: { size } })),
  ),
});

const drawn: fc.Arbitrary<Drawn> = fc.record({
  keys: fc.record({
    image: fc.constantFrom("probe/plain:1", "probe/command:1", "probe/full:1", "probe/named:1"),
    restart: fc.constantFrom("always", "unless-stopped"),
    ...Object.fromEntries(Object.entries(KEYS).map(([key, value]) => [key, sometimes(value)])),
  }),
  mounts: fc.uniqueArray(mounted, { maxLength: 3, selector: ({ target }) => target }),
  ports: fc.array(
    fc.record({
      protocol: fc.constantFrom("tcp" as const, "udp" as const),
      address: fc.constantFrom("", "127.0.0.1"),
    }),
    { maxLength: 2 },
  ),
  named: fc.record({ alias: fc.boolean(), container: fc.boolean(), host: fc.boolean() }),
  after: fc.uniqueArray(fc.nat(6), { maxLength: 2 }),
  linked: fc.boolean(),
  way: fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.constant("lasts" as const) },
    { weight: 1, arbitrary: fc.constantFrom("ends" as const, "joins" as const) },
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
    volumes: { kept: {}, filled: {} },
    configs: { app: { file: "./conf/app.conf" }, inline: { content: "inline = $$5\n" } },
    secrets: { rope: { file: "./secret.txt" } },
  }, { aliasDuplicateObjects: false });
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
  if (way === "joins" && previous?.way === "lasts") {
    return { ...JOINING, network_mode: `service:${serviceName(index - 1)}` };
  }
  const isOne = published.length > 0 || named.container || stack[index + 1]?.way === "joins";
  return {
    ...some("ports", published),
    ...(named.container ? { container_name: `${name}-${serviceName(index)}-own` } : {}),
    ...(named.host ? { hostname: `host-${index}` } : {}),
    ...(named.alias ? { networks: { default: { aliases: [`alias-${index}`] } } } : {}),
    ...(linked && previous?.way === "lasts" ? { links: [`${serviceName(index - 1)}:linked-${index}`] } : {}),
    ...(isOne && keys["deploy"] !== undefined ? { deploy: { ...keys["deploy"], replicas: undefined } } : {}),
  };
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
