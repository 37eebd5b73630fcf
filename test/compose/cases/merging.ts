/** Several files: merge rules, `!reset` and `!override`, `extends`, `include`, and how files are found. */
import { type Case, file, merged, mergedServices } from "./case.ts";

const A = "services:\n  a: {image: x}\n";

const RULES = mergedServices({
  "a scalar is replaced": ["hostname: one", "hostname: two"],
  "a null leaves a scalar": ["hostname: one", "hostname:"],
  "environment, mapping on mapping": ["environment: {A: 1, B: x}", "environment: {B: y, C: 2}"],
  "environment, list on mapping": ["environment: {A: 1, B: }", "environment: [B=y, C]"],
  "environment, mapping on list": ["environment: [A=1, B=x]", "environment: {B: 1.50, C: true}"],
  "environment, list on list": ["environment: [A=1, B=x]", "environment: [A=2, A=3]"],
  "labels": ["labels: {a: 1, b: 2}", "labels: [b=3, c]"],
  "ports append": ["ports: ['80:80']", "ports: ['8080:80', '80:80']"],
  "ports in two forms": ["ports: ['80:80']", "ports: [{target: 80, published: '80'}]"],
  "a port range over a port": ["ports: ['80:80']", "ports: ['80-81:80-81']"],
  "expose": ["expose: [80]", "expose: ['80', 81]"],
  "volumes by target": ["volumes: ['/a:/t', '/b:/u']", "volumes: ['/c:/t:ro']"],
  "volumes by target in two forms": ["volumes: ['/a:/t']", "volumes: [{type: volume, target: /t}]"],
  "volumes by target with a slash": ["volumes: ['/a:/t']", "volumes: ['/c:/t/']"],
  "command is replaced": ["command: [a, b]", "command: c"],
  "command is emptied": ["command: [a, b]", "command: []"],
  "command is null": ["command: [a, b]", "command:"],
  "entrypoint is replaced": ["entrypoint: a", "entrypoint: [b, c]"],
  "healthcheck merges but for the test": [
    "healthcheck: {test: [CMD, a], interval: 1s}",
    "healthcheck: {test: b, retries: 2}",
  ],
  "logging with the same driver": [
    "logging: {driver: d, options: {a: 1}}",
    "logging: {driver: d, options: {b: 2}}",
  ],
  "logging with another driver": [
    "logging: {driver: d, options: {a: 1}}",
    "logging: {driver: e, options: {b: 2}}",
  ],
  "logging without a driver": ["logging: {driver: d, options: {a: 1}}", "logging: {options: {b: 2}}"],
  "build, text on mapping": ["build: {context: ., args: {A: 1}}", "build: ./other"],
  "build, mapping on text": ["build: ./one", "build: {dockerfile: D, args: [B=2]}"],
  "build args": ["build: {context: ., args: [A=1]}", "build: {args: {A: 2, B: }}"],
  "depends_on, list on mapping": ["depends_on: {a: {condition: service_healthy}}", "depends_on: [b]"],
  "depends_on, mapping on list": ["depends_on: [b]", "depends_on: {b: {condition: service_healthy}}"],
  "networks, list on mapping": ["networks: {n: {aliases: [x]}}", "networks: [default]"],
  "networks, aliases append": [
    "networks: {default: {aliases: [x]}}",
    "networks: {default: {aliases: [y, x]}}",
  ],
  "networks, null on mapping": ["networks: {default: {aliases: [x]}}", "networks:"],
  "dns": ["dns: 1.1.1.1", "dns: [8.8.8.8, 1.1.1.1]"],
  "dns_search": ["dns_search: a", "dns_search: b"],
  "tmpfs": ["tmpfs: /a", "tmpfs: [/b, /a]"],
  "env_file": ["env_file: a.env", "env_file: [b.env, a.env]"],
  "extra_hosts": ["extra_hosts: {h: 1.1.1.1}", "extra_hosts: ['i:2.2.2.2']"],
  "extra_hosts of one name": ["extra_hosts: ['h:1.1.1.1']", "extra_hosts: ['h:2.2.2.2']"],
  "sysctls": ["sysctls: {a: 1}", "sysctls: [a=2, b=3]"],
  "ulimits": [
    "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 1}",
    "ulimits: {nofile: {hard: 3, soft: 1}, nproc: {soft: 1, hard: 2}}",
  ],
  "cap_add": ["cap_add: [A]", "cap_add: [B, A]"],
  "deploy": [
    "deploy: {replicas: 1, labels: {a: 1}, placement: {constraints: [x]}}",
    "deploy: {replicas: 2, labels: [b=2], placement: {constraints: [y]}}",
  ],
  "profiles": ["profiles: [a]", "profiles: [b]"],
  "secrets": ["secrets: [s]", "secrets: [{source: s, target: /run/secrets/s}, t]"],
  "devices": ["devices: ['/dev/a:/dev/x']", "devices: ['/dev/b:/dev/x']"],
  "security_opt": ["security_opt: [a]", "security_opt: [a, b]"],
  "a list on a text": ["hostname: a", "hostname: [b]"],
  "a mapping on a list": ["cap_add: [A]", "cap_add: {B: 1}"],
  "reset a value": ["hostname: one", "hostname: !reset null"],
  "reset a list": ["ports: ['80:80']", "ports: !reset []"],
  "reset a key of a mapping": ["environment: {A: 1, B: 2}", "environment:\n  A: !reset"],
  "reset an item of a list": ["ports: ['80:80']", "ports: [!reset '80:80', '81:81']"],
  "reset what is not there": ["hostname: one", "domainname: !reset"],
  "override a list": ["ports: ['80:80']", "ports: !override ['81:81']"],
  "override a mapping": ["labels: {a: 1, b: 2}", "labels: !override {c: 3}"],
  "override a nested value": [
    "deploy: {resources: {limits: {cpus: '1', memory: 1g}}}",
    "deploy: {resources: !override {limits: {memory: 2g}}}",
  ],
  "override a number": ["hostname: one", "hostname: !override 5"],
  "an error in the second file": ["hostname: one", "hostnam: two"],
  "an error in both files": ["hostnam: one", "domainnam: two"],
}, { files: { "a.env": "A=1\n", "b.env": "B=1\n" } });

const BASE =
  "services:\n  base:\n    image: x\n    hostname: b\n    environment: {A: 1, B: 2}\n    ports: ['80:80']\n    volumes: ['./data:/d', 'v:/vv']\n    command: [a]\n    env_file: f.env\n    depends_on: [dep]\n    labels: [l=1]\n    build: .\n"
    .replace("v:/vv", "vol:/vv");

export const MERGING: readonly Case[] = [
  ...RULES,
  merged("services of both files", A, "services:\n  b: {image: y}\n"),
  merged(
    "sections of both files",
    `${A}networks: {n: {labels: {a: 1}, ipam: {config: [{subnet: 10.0.0.0/24}]}}}\nvolumes: {v: {labels: [a=1]}}\n`,
    "networks: {n: {labels: [b=2], ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.1}, {subnet: 10.1.0.0/24}]}}}\nvolumes: {v: {labels: {b: 2}}}\n",
  ),
  merged("reset a service", "services:\n  a: {image: x}\n  b: {image: y}\n", "services:\n  b: !reset null\n"),
  merged(
    "override a service",
    "services:\n  a: {image: x, hostname: h}\n",
    "services:\n  a: !override {image: y}\n",
  ),
  merged(
    "reset through an alias",
    "services:\n  a: {image: x, hostname: h, domainname: d}\n",
    "x-r: &r !reset null\nservices:\n  a: {hostname: *r}\n",
  ),
  merged(
    "reset below a merge key",
    "services:\n  a: {image: x, hostname: h}\n",
    "x-s: &s\n  hostname: !reset null\nservices:\n  a:\n    <<: *s\n",
  ),
  merged("the second file's paths", A, "services:\n  a: {volumes: ['./x:/x'], env_file: sub/f.env}\n", {
    files: { "sub/f.env": "F=1\n" },
  }),
  merged("the second file names the project", `name: one\n${A}`, "name: two\n"),
  merged("extensions of both files", `x-a: {k: 1}\n${A}`, "x-a: {l: 2}\nx-b: 3\n"),
  merged("an empty second file", A, ""),
  merged("a second file that is null", A, "---\n"),
  file("a missing file", A, { load: ["compose.yaml", "none.yaml"] }),
  file("a directory as a file", A, { load: ["sub"], files: { "sub/x": "" } }),
  file("a file in a directory", A, {
    load: ["sub/c.yaml"],
    files: {
      "sub/c.yaml": "services:\n  b: {image: '${V:-none}', env_file: f.env, volumes: ['./d:/d']}\n",
      "sub/f.env": "F=1\n",
      "sub/.env": "V=sub\n",
      ".env": "V=top\n",
    },
  }),
  file("discovery", A, { load: [] }),
  file("discovery with an override", A, {
    load: [],
    files: { "compose.override.yml": "services:\n  a: {hostname: h}\n" },
  }),
  {
    name: "discovery of the old name",
    files: { "docker-compose.yml": A, "docker-compose.override.yaml": "services:\n  a: {hostname: h}\n" },
    load: [],
  },
  file("COMPOSE_FILE", A, {
    load: [],
    files: { "b.yaml": "services:\n  a: {hostname: h}\n" },
    env: { COMPOSE_FILE: "compose.yaml:b.yaml" },
  }),
  file("COMPOSE_FILE and a separator", A, {
    load: [],
    files: { "b.yaml": "services:\n  a: {hostname: h}\n" },
    env: { COMPOSE_FILE: "compose.yaml,b.yaml", COMPOSE_PATH_SEPARATOR: "," },
  }),
  file("COMPOSE_FILE in .env", A, {
    load: [],
    files: { "sub/b.yaml": "services:\n  b: {image: y}\n", ".env": "COMPOSE_FILE=sub/b.yaml\n" },
  }),
  file("COMPOSE_FILE that is missing", A, { load: [], env: { COMPOSE_FILE: "none.yaml" } }),

  file(
    "extends in one file",
    "services:\n  base: {image: x, environment: {A: 1, B: 2}, ports: ['80:80']}\n  a: {extends: base, environment: [B=3], ports: ['81:81']}\n",
  ),
  file(
    "extends in long form",
    "services:\n  base: {image: x}\n  a: {extends: {service: base}, hostname: h}\n",
  ),
  file(
    "extends in a chain",
    "services:\n  a: {extends: b, hostname: h}\n  b: {extends: c, environment: {B: 1}}\n  c: {image: x, environment: {A: 1}, labels: {l: 1}}\n",
  ),
  file(
    "extends another file",
    "services:\n  dep: {image: y}\n  a:\n    extends: {file: sub/base.yaml, service: base}\n    environment: {B: 3}\n    command: c\nvolumes: {vol: }\n",
    { files: { "sub/base.yaml": BASE, "sub/f.env": "F=1\n" } },
  ),
  file("extends another file that extends", "services:\n  a: {extends: {file: sub/one.yaml, service: b}}\n", {
    files: {
      "sub/one.yaml": "services:\n  b: {extends: {file: deeper/two.yaml, service: c}, hostname: h}\n",
      "sub/deeper/two.yaml": "services:\n  c: {image: x, volumes: ['./d:/d']}\n",
    },
  }),
  file(
    "extends another file's service that extends there",
    "services:\n  a: {extends: {file: one.yaml, service: b}}\n",
    { files: { "one.yaml": "services:\n  b: {extends: c}\n  c: {image: x}\n" } },
  ),
  file(
    "extends and keeps depends_on",
    "services:\n  base: {image: x, depends_on: [d]}\n  d: {image: y}\n  a: {extends: base}\n",
  ),
  file("extends an unknown service", "services:\n  base: {image: x}\n  a: {extends: bse}\n"),
  file("extends an unknown service of a file", "services:\n  a: {extends: {file: one.yaml, service: c}}\n", {
    files: { "one.yaml": "services:\n  b: {image: x}\n" },
  }),
  file("extends a missing file", "services:\n  a: {extends: {file: none.yaml, service: c}}\n"),
  file("extends a file without services", "services:\n  a: {extends: {file: one.yaml, service: c}}\n", {
    files: { "one.yaml": "networks: {}\n" },
  }),
  file("extends itself", "services:\n  a: {image: x, extends: a}\n"),
  file("extends in a circle", "services:\n  a: {extends: b}\n  b: {extends: a}\n"),
  file("extends in a circle over files", "services:\n  a: {extends: {file: one.yaml, service: b}}\n", {
    files: { "one.yaml": "services:\n  b: {extends: {file: compose.yaml, service: a}}\n" },
  }),
  file("extends without a service", "services:\n  a: {image: x, extends: {file: one.yaml}}\n"),
  file("extends a null service", "services:\n  base:\n  a: {image: x, extends: base}\n"),
  file(
    "extends and resets",
    "services:\n  base: {image: x, hostname: h, ports: ['80:80']}\n  a:\n    extends: base\n    ports: !reset []\n    hostname: !reset null\n",
  ),
  file(
    "extends and overrides",
    "services:\n  base: {image: x, ports: ['80:80']}\n  a:\n    extends: base\n    ports: !override ['81:81']\n",
  ),
  file("extends with an error in the base", "services:\n  a: {extends: {file: one.yaml, service: b}}\n", {
    files: { "one.yaml": "services:\n  b: {image: x, hostnam: h}\n" },
  }),
  file("extends a base with variables", "services:\n  a: {extends: {file: one.yaml, service: b}}\n", {
    files: { "one.yaml": "services:\n  b: {image: '${V}'}\n" },
    env: { V: "v" },
  }),
  file("extends a base with a bad port", "services:\n  a: {extends: {file: one.yaml, service: b}}\n", {
    files: { "one.yaml": "services:\n  b: {image: x, ports: ['a:b']}\n" },
  }),
  file(
    "two services extend one",
    "services:\n  base: {image: x, labels: {l: 1}}\n  a: {extends: base, labels: {l: 2}}\n  b: {extends: base, labels: {m: 3}}\n",
  ),

  file("include as a text", "include: [inc.yaml]\nservices:\n  a: {image: x, depends_on: [b]}\n", {
    files: { "inc.yaml": "services:\n  b: {image: y}\nnetworks: {n: }\n" },
  }),
  file("include from a directory", "include: [sub/inc.yaml]\nservices:\n  a: {image: x}\n", {
    files: {
      "sub/inc.yaml": "services:\n  b: {image: '${V}', env_file: f.env, volumes: ['./d:/d'], build: .}\n",
      "sub/.env": "V=sub\n",
      "sub/f.env": "F=1\n",
    },
  }),
  file("include with the variables of both", "include: [sub/inc.yaml]\nservices:\n  a: {image: '${V}'}\n", {
    files: {
      "sub/inc.yaml": "services:\n  b: {image: '${V}-${W}'}\n",
      "sub/.env": "V=sub\nW=${V}w\n",
      ".env": "V=top\n",
    },
  }),
  file(
    "include in long form",
    "include:\n  - path: [sub/inc.yaml, sub/over.yaml]\n    project_directory: other\n    env_file: vars.env\nservices:\n  a: {image: x}\n",
    {
      files: {
        "sub/inc.yaml": "services:\n  b: {image: '${V}', volumes: ['./d:/d']}\n",
        "sub/over.yaml": "services:\n  b: {hostname: h}\n",
        "vars.env": "V=vars\n",
        "other/x": "",
      },
    },
  ),
  file(
    "include and redefine",
    "include: [inc.yaml]\nservices:\n  a: {image: x}\n  b: {hostname: own, environment: {B: 2}}\n",
    { files: { "inc.yaml": "services:\n  b: {image: y, hostname: theirs, environment: {A: 1}}\n" } },
  ),
  file("include in a chain", "include: [sub/one.yaml]\n", {
    files: {
      "sub/one.yaml": "include: [two.yaml]\nservices:\n  b: {image: y}\n",
      "sub/two.yaml": "services:\n  c: {image: z, volumes: ['./d:/d']}\n",
    },
  }),
  file("include one file twice", "include: [one.yaml, two.yaml]\nservices:\n  a: {image: x}\n", {
    files: {
      "one.yaml": "include: [base.yaml]\nservices:\n  b: {image: y}\n",
      "two.yaml": "include: [base.yaml]\nservices:\n  c: {image: z}\n",
      "base.yaml": "services:\n  d: {image: w, ports: ['80:80']}\n",
    },
  }),
  file("include in a circle", "include: [one.yaml]\nservices:\n  a: {image: x}\n", {
    files: { "one.yaml": "include: [compose.yaml]\nservices:\n  b: {image: y}\n" },
  }),
  file("include itself", "include: [compose.yaml]\nservices:\n  a: {image: x}\n"),
  file("include a missing file", "include: [none.yaml]\nservices:\n  a: {image: x}\n"),
  file("include as a mapping", "include: {path: x}\nservices:\n  a: {image: x}\n"),
  file("include that is null", "include:\nservices:\n  a: {image: x}\n"),
  file("include with an unknown key", "include: [{path: inc.yaml, paths: x}]\nservices:\n  a: {image: x}\n", {
    files: { "inc.yaml": "services:\n  b: {image: y}\n" },
    differs: "Keys of an include are known",
  }),
  file(
    "include with a missing env_file",
    "include: [{path: inc.yaml, env_file: none.env}]\nservices:\n  a: {image: x}\n",
    { files: { "inc.yaml": "services:\n  b: {image: y}\n" } },
  ),
  file("include with an error", "include: [inc.yaml]\nservices:\n  a: {image: x}\n", {
    files: { "inc.yaml": "services:\n  b: {imag: y}\n" },
  }),
  file("include with a variable in its path", "include: ['${DIR}/inc.yaml']\nservices:\n  a: {image: x}\n", {
    files: { "sub/inc.yaml": "services:\n  b: {image: y}\n" },
    env: { DIR: "sub" },
  }),
  file("extends an included service", "include: [inc.yaml]\nservices:\n  a: {extends: b, hostname: h}\n", {
    files: { "inc.yaml": "services:\n  b: {image: y}\n" },
  }),
  file(
    "include of all sections",
    "include: [inc.yaml]\nservices:\n  a: {image: x, networks: [n], volumes: ['vol:/v'], configs: [c], secrets: [s]}\n",
    {
      files: {
        "inc.yaml":
          "networks: {n: {driver: d}}\nvolumes: {vol: }\nconfigs: {c: {content: x}}\nsecrets: {s: {file: ./s}}\n",
      },
    },
  ),
  file(
    "include and conflict in a network",
    "include: [inc.yaml]\nservices:\n  a: {image: x, networks: [n]}\nnetworks: {n: {driver: own, labels: {a: 1}}}\n",
    { files: { "inc.yaml": "networks: {n: {driver: theirs, labels: {b: 2}}}\n" } },
  ),
];
