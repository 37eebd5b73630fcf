import { fc } from "../chance.ts";
/** What services of generated stacks may say, key by key. What needs an answer of the operator is not made. */

/** A mount without its target. */
export interface Mounted {
  readonly target: string;
  readonly of: Readonly<Record<string, unknown>>;
}

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
  // Each is a program that both sides start as long as the stack runs.
  interval: fc.constant("10s"),
  timeout: fc.constant("9s"),
  retries: fc.constant(40),
});

/** Keys of a service that depend on nothing of the others. */
export const KEYS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
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
/** A mount of the data that every case finds beside its file. */
export const mounted: fc.Arbitrary<Mounted> = fc.record({
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
