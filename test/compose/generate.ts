/** Makes compose files by chance: mostly right, sometimes wrong in a place, in block and flow style. */
import { stringify } from "yaml";
import { fc } from "../chance.ts";
import type { Case } from "./cases/case.ts";

type Value = fc.Arbitrary<unknown>;

const NAMES = ["a", "b", "web", "db", "my-app", "x_y", "A.b"];
const name = fc.constantFrom(...NAMES);
const word = fc.constantFrom(
  "x",
  "nginx:1",
  "",
  "a b",
  "ü",
  "10",
  "1.0",
  "true",
  "no",
  "~",
  "null",
  "a=b",
  "#c",
  "a: b",
  "-",
  "*",
);
const template = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.constantFrom(
      "${A}",
      "$A",
      "$$A",
      "${NONE:-d}",
      "${NONE:-${A}}",
      "${A:+r}",
      "${EMPTY-d}",
      "${EMPTY:-d}",
      "pre-${A}-post",
      "${NONE}",
      "${A:?m}",
      "$",
      "${A:-x}y${NUM}",
      "$1",
      "${NONE:-${EMPTY:-${A}}}",
      "${A:-{}",
      "${NONE:+${A",
      "${A}}",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("${NONE:?m}", "${A", "${}", "${NONE:?need ${A}}") },
).filter((each) => each !== "${NONE:+${A");
const text = fc.oneof({ weight: 6, arbitrary: word }, { weight: 2, arbitrary: template });
const scalar = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 2, arbitrary: fc.integer({ min: -2, max: 70000 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(true, false, null, 1.5, 1e21, 0.1, 1e6, 123456789.25) },
);

/** Mostly the given values, rarely something of another kind. */
function mostly(value: Value): Value {
  return fc.oneof(
    { weight: 300, arbitrary: value },
    { weight: 1, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, null, ["x"], { k: "v" }) },
  );
}

function list(item: Value, maxLength = 3): Value {
  return fc.array(item, { maxLength });
}

function one(...values: readonly unknown[]): Value {
  return fc.constantFrom(...values);
}

/** One of the good values, rarely one of the bad. */
function pick(good: readonly unknown[], bad: readonly unknown[]): Value {
  return fc.oneof({ weight: 80, arbitrary: one(...good) }, { weight: 1, arbitrary: one(...bad) });
}

const key = fc.constantFrom("A", "B", "KEY", "a.b", "x", "NUM", "NONE");
const pairs: Value = fc.oneof(
  fc.dictionary(key, scalar, { maxKeys: 4 }),
  fc.uniqueArray(fc.oneof(fc.tuple(key, text).map(([left, right]) => `${left}=${right}`), key), {
    maxLength: 4,
  }),
);
const port = pick(
  [
    "80",
    "8080:80",
    "127.0.0.1:80:80",
    "80-82",
    "80-81:90-91",
    "80/udp",
    443,
    "${NUM}:80",
    "9000-9001:80",
    "81:80",
    "[::1]:1:2",
    { target: 80, published: "8080" },
    { target: "80", host_ip: "::1", protocol: "udp", mode: "host" },
    { target: 80, published: 8080, name: "n" },
  ],
  ["x:80", "90-91:80-82", { published: 80 }, { target: 80, host_ip: "h" }, "0", 1.5],
);
const mount = pick(
  [
    "/data",
    "./a:/a",
    "vol:/v",
    "vol:/v:ro",
    "/x:/y:z,ro",
    "../u:/u",
    "~/h:/h",
    "./a:/a:rw",
    "/x:/y",
    "vol:/w/",
    { type: "bind", source: "./s", target: "/s" },
    { type: "volume", source: "vol", target: "/w", volume: { nocopy: true } },
    { type: "tmpfs", target: "/t", tmpfs: { size: "1m", mode: 1023 } },
    { type: "bind", source: "/b", target: "/s/", bind: { propagation: "shared" }, read_only: "yes" },
  ],
  ["nope:/n", ":/x", "a:b:c:d", { type: "bind", target: "/q" }, { type: "volume" }, {
    type: "x",
    target: "/q",
  }],
);
const size = pick(["64m", "1.5g", 1024, "1 GiB", "-1", "1kb", "${NUM}m", "0"], ["x", "1kk", ""]);
const duration = pick(["1s", "1m30s", "24h", "1d", "0", "500ms", "1.5h", "-1s", "1h1us"], ["10", "x", ""]);
const command = pick([
  "a b",
  "a 'b c'",
  ["a", "b c"],
  [],
  "",
  null,
  "sh -c 'x y'",
  "${A} b",
  "a \\ b",
  "'' \"\" x",
], ['a "b', "(x"]);
const flag = pick([true, false, "true", "no", "on", "False"], ["${A}", "maybe", ""]);
const number = pick([0, 1, 2, "3", "${NUM}", "-1"], ["x", 1.5, "1.5"]);
const limits = pick([{ nofile: 10 }, { nofile: { soft: 1, hard: 2 } }, { nproc: "5" }, {}], [{
  nofile: { soft: 1 },
}, { nofile: 1.5 }]);
const networks: Value = fc.oneof(
  fc.uniqueArray(pick(["net", "default", "other"], ["nope"]), { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom("net", "other", "default"),
    one(null, {}, { aliases: ["x", "y"] }, { ipv4_address: "10.0.0.2", priority: 1 }),
    { maxKeys: 2 },
  ),
);
const condition = pick(["service_started", "service_healthy", "service_completed_successfully"], ["started"]);
const dependsOn: Value = fc.oneof(
  fc.uniqueArray(name, { maxLength: 2 }),
  fc.dictionary(
    name,
    fc.record({ condition, required: one(true, false), restart: flag }, { requiredKeys: ["condition"] }),
    { maxKeys: 2 },
  ),
);
const resources: Value = fc.record({
  limits: fc.record({ cpus: pick(["0.5", 1], ["x"]), memory: pick(["1g", "64m"], ["x", 5]), pids: number }, {
    requiredKeys: [],
  }),
  reservations: fc.record({ cpus: one("0.25"), memory: one("20M") }, { requiredKeys: [] }),
}, { requiredKeys: [] });

/** Values by key of a service. */
const KEYS: Readonly<Record<string, Value>> = {
  annotations: pairs,
  build: one(".", "./b", { context: ".", args: { A: 1, NONE: null } }, { dockerfile: "D", labels: ["a=1"] }, {
    context: "https://x/y",
  }, {}),
  cap_add: pick([["ALL"], ["NET_ADMIN", "ALL"], []], [["A", "A"]]),
  command,
  container_name: pick(["c-1", "my_name"], ["x", " "]),
  cpus: pick([1, "0.5", 0.1, "${NUM}", 0], ["x"]),
  depends_on: dependsOn,
  deploy: fc.record({
    replicas: number,
    labels: pairs,
    resources,
    mode: one("global"),
    endpoint_mode: one("vip"),
  }, { requiredKeys: [] }),
  devices: pick(
    [["/dev/a:/dev/b"], ["/dev/a", "/dev/c:/dev/a:r"], [{ source: "/dev/a", target: "/x" }], []],
    [["/a:/b:r:x"], [{ source: "/dev/a" }]],
  ),
  dns: pick(["1.1.1.1", "", ["1.1.1.1", "8.8.8.8"], ["", "1.1.1.1"], []], [["1", "1"], 1]),
  entrypoint: command,
  env_file: pick([
    "f.env",
    ["f.env", "g.env"],
    [{ path: "none.env", required: false }],
    [{ path: "g.env" }],
    [],
  ], ["none.env", [{ required: true }]]),
  environment: pairs,
  expose: pick([[80], ["81", "82/udp"], ["90-91", 80], []], [[1.5], [80, 80]]),
  extra_hosts: pick([
    ["h:1.1.1.1"],
    ["h=::1", "h:2.2.2.2"],
    { h: "1.1.1.1" },
    { h: ["1.1.1.1", "2.2.2.2"] },
    [],
  ], [["h"], { "": "x" }]),
  group_add: pick([["mail", 10], [10], []], [[1.5]]),
  healthcheck: fc.record({
    test: pick(["x", ["CMD", "a"], ["NONE"], []], [["a"]]),
    interval: duration,
    timeout: duration,
    retries: pick([0, 3, "3"], [-1, "x"]),
    disable: flag,
  }, { requiredKeys: [] }),
  hostname: text,
  image: text,
  init: flag,
  labels: pairs,
  links: fc.uniqueArray(name, { maxLength: 2 }),
  logging: one({ driver: "d" }, { driver: "d", options: { a: 1, b: "x" } }, { options: { c: null } }, {}),
  mem_limit: size,
  network_mode: pick(["host", "none", "bridge"], ["service:nope"]),
  networks,
  pids_limit: number,
  ports: list(port),
  privileged: flag,
  profiles: pick([["p"], ["q"], ["p", "q"], []], ["p"]),
  pull_policy: pick(["always", "if_not_present", "every_1h"], ["x"]),
  read_only: flag,
  restart: one("always", "no", "on-failure:3", "unless-stopped"),
  scale: pick([1, "1", 0], [-1, 2, "x"]),
  shm_size: size,
  stop_grace_period: duration,
  stop_signal: text,
  sysctls: pairs,
  tmpfs: pick(["/tmp/1", "/run:size=1m", ["/tmp/1", "/tmp/2"], []], [["/run", "/run:size=1"]]),
  ulimits: limits,
  user: pick(["root", "1000:1000"], [1000]),
  volumes: list(mount),
  working_dir: text,
  "x-any": scalar,
  imag: one("typo"),
};

const MAIN = Object.keys(KEYS).filter((each) => each !== "imag");

/** A service: an image and a few other keys. */
const service: Value = fc.tuple(
  fc.option(text, { freq: 12, nil: undefined }),
  fc.uniqueArray(
    fc.constantFrom(...MAIN, "environment", "ports", "volumes", "labels", ...(["imag"] as const)),
    { maxLength: 5 },
  ),
  fc.option(name, { freq: 6, nil: undefined }),
).chain(([image, keys, base]) =>
  fc.record(
    Object.fromEntries(
      keys.filter((each) => each !== "imag" || keys.length > 4).map((
        each,
      ) => [each, mostly(KEYS[each] ?? scalar)]),
    ),
  )
    .map((body) => ({
      ...(image === undefined ? { image: "x" } : { image }),
      ...body,
      ...(base !== undefined && { extends: base }),
    }))
);

/** Keeps references to services that are there and come later in the alphabet, so that no cycle is left. */
function repair(services: unknown): Record<string, unknown> {
  const bodies = services as Record<string, Record<string, unknown>>;
  const follows = (from: string) => (to: string): boolean => to > from && Object.hasOwn(bodies, to);
  return Object.fromEntries(
    Object.entries(bodies).map(([from, body]) => {
      const kept = { ...body };
      const { depends_on, links } = kept;
      if (Array.isArray(depends_on)) kept.depends_on = depends_on.filter(follows(from));
      else if (typeof depends_on === "object" && depends_on !== null) {
        kept.depends_on = Object.fromEntries(Object.entries(depends_on).filter(([to]) => follows(from)(to)));
      }
      if (Array.isArray(links)) kept.links = links.filter(follows(from));
      if (typeof kept.extends === "string" && !follows(from)(kept.extends)) delete kept.extends;
      if (kept.network_mode !== undefined) delete kept.networks;
      return [from, kept];
    }),
  );
}

/** Services whose references hold, nearly always. */
function services(size: { minKeys: number; maxKeys: number }): Value {
  return fc.tuple(fc.dictionary(name, service, size), fc.nat({ max: 15 }))
    .map(([each, chance]) => chance === 0 ? each : repair(each));
}

const resource: Value = one(null, {}, { driver: "d" }, { external: true }, { name: "n" }, {
  labels: { a: 1 },
}, { driver_opts: { a: 1 } });
const file: Value = fc.record({
  name: one("proj", "My.Proj", "${A}"),
  services: services({ minKeys: 1, maxKeys: 4 }),
  networks: fc.constant<unknown>({ net: null, other: { driver: "d" } }),
  volumes: resource.map((vol) => ({ vol, data: null })),
  "x-top": scalar,
}, { requiredKeys: ["services", "networks", "volumes"] });

/** A second file: parts of services, without the sections. */
const over: Value = fc.record({ services: services({ minKeys: 1, maxKeys: 3 }) });

function print(value: unknown, isFlow: boolean): string {
  return stringify(value, isFlow ? { collectionStyle: "flow", lineWidth: 0 } : { lineWidth: 0 });
}

/** Commands and mounts that are refused here on purpose are no finding. */
export const generatedCase: fc.Arbitrary<Case> = fc.record({
  main: file,
  over: fc.option(over, { freq: 2, nil: undefined }),
  isFlow: fc.boolean(),
  profiles: fc.constantFrom<string[]>([], ["p"], ["*"]),
}).map(({ main, over, isFlow, profiles }) => ({
  name: "generated",
  files: {
    "compose.yaml": print(main, isFlow),
    ...(over !== undefined && { "over.yaml": print(over, !isFlow) }),
    "f.env": "A=file\nF=$A-$NUM\n",
    "g.env": "B='q'\nA\nG=\"${F}\\n\"\n",
  },
  load: over === undefined ? ["compose.yaml"] : ["compose.yaml", "over.yaml"],
  env: { A: "value", NUM: "3", EMPTY: "" },
  profiles,
}));
