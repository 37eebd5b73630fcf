/** Whole projects: sections, references, dependencies, profiles, names and builds. */
import { type Case, file, texts } from "./case.ts";

const A = "services:\n  a: {image: x}\n";

export const PROJECTS: readonly Case[] = [
  ...texts({
    "no services": "networks: {n: }\n",
    "services that are null": "services:\n",
    "services that are empty": "services: {}\n",
    "services as a list": "services: [a]\n",
    "a service that is null": "services:\n  a:\n",
    "a service without an image": "services:\n  a: {hostname: h}\n",
    "a service with a bad name": "services:\n  a b: {image: x}\n",
    "service names with all characters": "services:\n  A.b_c-1: {image: x}\n",
    "a service that starts with x-": "services:\n  x-a: {image: x}\n",
    "a service named like a prototype": "services:\n  __proto__: {image: x}\n  constructor: {image: y}\n",
    "an unknown section": `${A}network: {}\n`,
    "version one": "web:\n  image: x\ndb:\n  image: y\n",
    "version two": "version: '2.4'\nservices:\n  a: {image: x, mem_limit: 1g}\n",
    "version three": "version: '3.8'\nservices:\n  a: {image: x, deploy: {replicas: 2}}\n",
    "networks":
      `${A}networks:\n  n: {driver: bridge, driver_opts: {a: 1, b: x}, internal: true, labels: [a=b], enable_ipv6: false, attachable: false}\n  e: {external: true}\n  f: {external: true, name: real}\n  g: {name: given}\n  h:\n`,
    "a network with addresses":
      `${A}networks:\n  n:\n    ipam: {driver: default, config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.1, ip_range: 10.0.0.0/25, aux_addresses: {h: 10.0.0.9}}], options: {o: v}}\n`,
    "a network with an unknown key": `${A}networks:\n  n: {drivr: bridge}\n`,
    "an external network with a driver": `${A}networks:\n  n: {external: true, driver: bridge}\n`,
    "the old form of external":
      `${A}networks:\n  n: {external: {name: real}}\nvolumes:\n  v: {external: {name: real}}\n`,
    "the old form of external with two names": `${A}volumes:\n  v: {name: one, external: {name: two}}\n`,
    "volumes":
      `${A}volumes:\n  v:\n  w: {driver: local, driver_opts: {type: none, o: bind, device: ./data}, labels: {a: 1}}\n  e: {external: true}\n  n: {name: given}\n`,
    "an external volume with a driver": `${A}volumes:\n  v: {external: true, driver: local}\n`,
    "configs":
      `${A}configs:\n  f: {file: ./f}\n  c: {content: "text"}\n  e: {environment: HOME}\n  x: {external: true}\n`,
    "a config with two sources": `${A}configs:\n  f: {file: ./f, content: x}\n`,
    "a config without a source": `${A}configs:\n  f: {}\n`,
    "a config that is null": `${A}configs:\n  f:\n`,
    "secrets":
      `${A}secrets:\n  f: {file: ./f, labels: {a: b}}\n  e: {environment: HOME}\n  x: {external: true, name: real}\n`,
    "a secret with content": `${A}secrets:\n  s: {content: x}\n`,
    "a secret without a source": `${A}secrets:\n  s: {driver: d}\n`,
    "references":
      "services:\n  a:\n    image: x\n    configs: [c, {source: c, target: /c, mode: 0440, uid: '1', gid: '2'}]\n    secrets: [s, {source: s, target: other, mode: '0400'}]\nconfigs: {c: {content: x}}\nsecrets: {s: {file: ./s}}\n",
    "a reference with a bad mode":
      "services:\n  a:\n    image: x\n    secrets: [{source: s, mode: '99'}]\nsecrets: {s: {file: ./s}}\n",
    "an undefined network": "services:\n  a: {image: x, networks: [faf]}\nnetworks: {fat: }\n",
    "an undefined volume": "services:\n  a: {image: x, volumes: ['dta:/d']}\nvolumes: {data: }\n",
    "an undefined config": "services:\n  a: {image: x, configs: [c]}\n",
    "an undefined secret": "services:\n  a: {image: x, secrets: [s]}\n",
    "an undefined model": "services:\n  a: {image: x, models: [m]}\n",
    "a model":
      "services:\n  a: {image: x, models: {m: {endpoint_var: E}}}\nmodels: {m: {model: ai/x, context_size: 10, runtime_flags: [a]}}\n",
    "dependencies as a list": "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y}\n",
    "dependencies as a mapping":
      "services:\n  a: {image: x, depends_on: {b: {condition: service_healthy, restart: true, required: false}}}\n  b: {image: y}\n",
    "a dependency without a condition": "services:\n  a: {image: x, depends_on: {b: {}}}\n  b: {image: y}\n",
    "a dependency that is null": "services:\n  a: {image: x, depends_on: {b: }}\n  b: {image: y}\n",
    "a dependency with a wrong condition":
      "services:\n  a: {image: x, depends_on: {b: {condition: service_helthy}}}\n  b: {image: y}\n",
    "an undefined dependency": "services:\n  a: {image: x, depends_on: [bb]}\n  b: {image: y}\n",
    "an undefined dependency that is not required":
      "services:\n  a: {image: x, depends_on: {b: {condition: service_started, required: false}}}\n",
    "a cycle":
      "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [a]}\n",
    "a service that waits for itself": "services:\n  a: {image: x, depends_on: [a]}\n",
    "two cycles":
      "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n  c: {image: x, depends_on: [d]}\n  d: {image: x, depends_on: [c]}\n",
    "implied dependencies":
      "services:\n  a: {image: x, links: ['b:alias', c], volumes_from: ['d:ro', 'container:e'], network_mode: 'service:f', ipc: 'service:g'}\n  b: {image: x}\n  c: {image: x}\n  d: {image: x}\n  f: {image: x}\n  g: {image: x}\n",
    "a cycle by links": "services:\n  a: {image: x, links: [b]}\n  b: {image: x, depends_on: [a]}\n",
    "the network of an unknown service": "services:\n  a: {image: x, network_mode: 'service:b'}\n",
    "scale and replicas": "services:\n  a: {image: x, scale: 2, deploy: {replicas: 2}}\n",
    "scale and replicas that differ": "services:\n  a: {image: x, scale: 2, deploy: {replicas: 3}}\n",
    "scale and deploy without replicas": "services:\n  a: {image: x, scale: 2, deploy: {mode: global}}\n",
    "a name and a scale": "services:\n  a: {image: x, container_name: xx, scale: 2}\n",
    "a name and replicas": "services:\n  a: {image: x, container_name: xx, deploy: {replicas: 2}}\n",
    "cpus that differ": "services:\n  a: {image: x, cpus: 1, deploy: {resources: {limits: {cpus: '2'}}}}\n",
    "cpus that agree":
      "services:\n  a: {image: x, cpus: 0.3, deploy: {resources: {limits: {cpus: '0.30'}}}}\n",
    "cpus and a limit of memory":
      "services:\n  a: {image: x, cpus: 1, deploy: {resources: {limits: {memory: 1g}}}}\n",
    "memory that differs":
      "services:\n  a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}\n",
    "reservations that differ":
      "services:\n  a: {image: x, mem_reservation: 1g, deploy: {resources: {reservations: {memory: 2g}}}}\n",
    "pids that differ":
      "services:\n  a: {image: x, pids_limit: 1, deploy: {resources: {limits: {pids: 2}}}}\n",
    "a build as a text": "services:\n  a: {build: ./dir}\n",
    "a build in full":
      "services:\n  a:\n    image: x\n    build:\n      context: .\n      dockerfile: D\n      args: [A=1, B]\n      labels: {a: 1}\n      cache_from: [x]\n      no_cache: true\n      extra_hosts: ['h:1.1.1.1']\n      target: t\n      shm_size: 1g\n      tags: [t:1]\n      platforms: [linux/amd64]\n      secrets: [s]\n      ssh: [default]\n      provenance: true\n      sbom: 'false'\n      network: host\n      ulimits: {nofile: 1}\n      additional_contexts: [r=./r, u=https://x/y]\nsecrets: {s: {file: ./s}}\n",
    "a build of a repository": "services:\n  a: {build: 'https://github.com/x/y.git'}\n",
    "a build without a context": "services:\n  a: {build: {dockerfile: D}}\n",
    "a build that is inline": "services:\n  a: {build: {dockerfile_inline: FROM x}}\n",
    "a build that is inline and not": "services:\n  a: {build: {dockerfile_inline: FROM x, dockerfile: D}}\n",
    "a build with another platform":
      "services:\n  a: {platform: linux/arm64, build: {context: ., platforms: [linux/amd64]}}\n",
    "a build with a service as context":
      "services:\n  a: {build: {context: ., additional_contexts: {b: 'service:b'}}}\n  b: {build: .}\n",
    "a build with an image as context":
      "services:\n  a: {build: {context: ., additional_contexts: {b: 'service:b'}}}\n  b: {image: x}\n",
    "a build with nothing as context":
      "services:\n  a: {build: {context: ., additional_contexts: {b: 'service:b'}}}\n",
    "a build with a bad context": "services:\n  a: {build: {context: ., additional_contexts: [b]}}\n",
    "a build with a bad SSH key": "services:\n  a: {build: {context: ., ssh: [k]}}\n",
    "a build with an undefined secret": "services:\n  a: {build: {context: ., secrets: [s]}}\n",
    "a build with a limit as text": "services:\n  a: {build: {context: ., ulimits: {nofile: '1'}}}\n",
    "a healthcheck in a list without CMD": "services:\n  a: {image: x, healthcheck: {test: [curl, x]}}\n",
    "a job":
      "services: {}\njobs:\n  j: {image: x, triggers: {schedule: ['0 * * * *', {cron: '1 * * * *', timezone: UTC, concurrency: forbid}], manual: true}}\n",
    "a job without triggers": "jobs:\n  j: {image: x}\n",
    "a job with empty triggers": "jobs:\n  j: {image: x, triggers: {}}\n",
    "a job and a service of one name":
      "services: {a: {image: x}}\njobs: {a: {image: x, triggers: {manual: true}}}\n",
    "a job that a service waits for":
      "services: {a: {image: x, depends_on: [j]}}\njobs: {j: {image: x, triggers: {manual: true}}}\n",
    "a job that waits":
      "services: {a: {image: x}}\njobs: {j: {image: x, depends_on: [a, k], triggers: {manual: true}}, k: {image: y, triggers: {manual: true}}}\n",
    "a job that waits for nothing": "jobs: {j: {image: x, depends_on: [k], triggers: {manual: true}}}\n",
    "a name": `name: My-App_1\n${A}`,
    "a name that is not usable": `name: "---"\n${A}`,
    "a name that is a number": `name: 12\n${A}`,
    "a name from a variable": `name: \${N:-fallback}\n${A}`,
    "many problems of all kinds":
      "name: ok\nservices:\n  a:\n    imag: x\n    ports: ['80:abc']\n    user: 1000\n    mem_limit: 1z\n  b:\n    image: y\n    depends_on: [c]\n    networks: [nope]\n    volumes: ['gone:/x', './a::/b']\n    restart: sometimes\n    stop_grace_period: 5 parsecs\nnetworks:\n  n: {drivr: x}\n",
  }),
  file("a profile that is not active", "services:\n  a: {image: x}\n  b: {image: y, profiles: [p]}\n"),
  file("a profile that is active", "services:\n  a: {image: x}\n  b: {image: y, profiles: [p]}\n", {
    profiles: ["p"],
  }),
  file("all profiles", "services:\n  b: {image: y, profiles: [p]}\n", { profiles: ["*"] }),
  file(
    "COMPOSE_PROFILES",
    "services:\n  b: {image: y, profiles: [p]}\n  c: {image: y, profiles: [q]}\n  d: {image: y, profiles: [r]}\n",
    { env: { COMPOSE_PROFILES: "p, q" } },
  ),
  file(
    "a dependency whose profile is not active",
    "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, profiles: [p]}\n",
  ),
  file(
    "a soft dependency whose profile is not active",
    "services:\n  a: {image: x, depends_on: {b: {condition: service_started, required: false}}}\n  b: {image: y, profiles: [p]}\n",
  ),
  file(
    "an inactive service is not checked",
    "services:\n  a: {image: x}\n  b: {profiles: [p], networks: [none], env_file: none.env}\n",
  ),
  file("--project-name", A, { projectName: "given" }),
  file("a bad --project-name", A, { projectName: "Given!" }),
  file("COMPOSE_PROJECT_NAME", `name: infile\n${A}`, { env: { COMPOSE_PROJECT_NAME: "fromenv" } }),
  file("a bad COMPOSE_PROJECT_NAME", A, { env: { COMPOSE_PROJECT_NAME: "-x" } }),
  file("x- keys in free mappings", "services:\n  a: {image: x, labels: {x-a: 1}}\n", {
    differs: "Names that start with x- are kept in free mappings",
  }),
  file("an SSH key with a path", "services:\n  a: {build: {context: ., ssh: [k=/p]}}\n", {
    differs: "SSH keys with a path can be printed",
  }),
];
