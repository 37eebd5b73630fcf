/**
 * Names that every JavaScript object has, such as `constructor`, in every place where a stack may name something: the
 * stack is converted as one is whose name nobody has.
 */
import { deepEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { told } from "../cli/in_process.ts";
import { objectsOf, planTestStack } from "../cli/planned_stack.ts";

/** A name, and one as long that sorts at the same place and is no object's. */
const NAMES: readonly (readonly [string, string])[] = [
  ["constructor", "constructoq"],
  ["__proto__", "__protn__"],
  ["hasOwnProperty", "hasOwnPropertx"],
  ["toString", "toStrinf"],
];

/** Decisions of every kind about things of other names: maps in which the name is sought and is not. */
const OTHERS = parse(`
engine: none
variables: { QQ: x }
users: { nobody: 1 }
services: { nowhere: { replicas: 1 } }
storage: { nowhere: { size: 1Gi } }
images: { none: { ports: [1], users: { nobody: 2 } }, a: { users: { nobody: 2 } } }
publish: { "9": private }
secrets: { Q: plain }
calls: { nowhere: { a: { path: /x } } }
limits: { quota: { pods: 50 } }
traefik: { entryPoints: { web: main } }
profiles: { other: { users: { nobody: 3 } } }
`);

/** Files of a stack that uses the name somewhere. */
interface Stack {
  readonly compose: string;
  readonly decisions?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const service = (keys: string): string =>
  `services:\n  web:\n    image: a\n    ports: ["80:80"]\n    ${keys}\n`;
const quoted = (name: string): string => JSON.stringify(name);

const PLACES: Readonly<Record<string, (name: string) => Stack>> = {
  service: (name) => ({
    compose: `services:
  ${name}: { image: a, ports: ["80:80"], environment: { A: b } }
  web: { image: a, depends_on: [${name}], environment: { AT: "http://${name}:80" } }
`,
  }),
  "service that is waited for": (name) => ({
    compose: `services:
  ${name}: { image: a, ports: ["80:80"], healthcheck: { test: [CMD, x] } }
  web: { image: a, depends_on: { ${name}: { condition: service_healthy } }, links: ["${name}:db"] }
`,
  }),
  "service whose network or volumes are another's": (name) => ({
    compose: `services:
  ${name}: { image: a, ports: ["80:80"], volumes: [data:/d] }
  web: { image: a, volumes_from: [${name}] }
volumes: { data: {} }
`,
  }),
  "service that is extended": (name) => ({
    compose: `services:
  ${name}: { image: a, environment: { A: b } }
  web: { extends: { service: ${name} }, ports: ["80:80"] }
`,
  }),
  "service of a profile": (name) => ({
    compose: `services:\n  web: { image: a }\n  b: { image: c, profiles: [${quoted(name)}] }\n`,
  }),
  volume: (name) => ({ compose: `${service(`volumes: ["${name}:/data"]`)}volumes: { ${name}: {} }\n` }),
  "options of a volume": (name) => ({
    compose: `${service('volumes: ["data:/data"]')}volumes: { data: { labels: { ${name}: x } } }\n`,
  }),
  network: (name) => ({
    compose: `${service(`networks: { ${name}: { aliases: [here] } }`)}networks: { ${name}: {} }\n`,
  }),
  "alias of a network": (name) => ({
    compose: `${service(`networks: { n: { aliases: [${quoted(name)}] } }`)}networks: { n: {} }\n`,
  }),
  config: (name) => ({
    compose: `${
      service(`configs: [{ source: ${name}, target: /c }]`)
    }configs: { ${name}: { content: hello } }\n`,
  }),
  "file of a config": (name) => ({
    compose: `${service("configs: [c]")}configs: { c: { file: ./${name} } }\n`,
    files: { [name]: "hello" },
  }),
  secret: (name) => ({
    compose: `${service(`secrets: [${name}]`)}secrets: { ${name}: { file: ./s.txt } }\n`,
    files: { "s.txt": "hidden" },
  }),
  "variable of a secret": (name) => ({
    compose: `${service("secrets: [s]")}secrets: { s: { environment: ${name} } }\n`,
    files: { ".env": `${name}=hidden\n` },
  }),
  label: (name) => ({ compose: service(`labels: { ${name}: x, "${name}.b": y }`) }),
  "label in a list": (name) => ({ compose: service(`labels: ["${name}=x"]`) }),
  annotation: (name) => ({ compose: service(`annotations: { ${name}: x }`) }),
  "label of a deployment": (name) => ({ compose: service(`deploy: { labels: { ${name}: x } }`) }),
  variable: (name) => ({ compose: service(`environment: { ${name}: x, AB: y }`) }),
  "variable in a list": (name) => ({ compose: service(`environment: ["${name}=x", "AB=y"]`) }),
  "variable of an env_file": (name) => ({
    compose: service("env_file: [a.env]"),
    files: { "a.env": `${name}=x\nAB=y\n` },
  }),
  "variable of .env": (name) => ({
    compose: service(`environment: { AB: "\${${name}}", AC: "\${${name}:-d}", AD: "\${${name}+e}" }`),
    files: { ".env": `${name}=x\n` },
  }),
  "variable that is not set": (name) => ({
    compose: service(`environment: { AB: "\${${name}:-d}", AC: "\${${name}-e}", AD: "\${${name}+f}" }`),
  }),
  "variable that the shell gives": (name) => ({ compose: service(`environment: [${quoted(name)}]`) }),
  extra_hosts: (name) => ({ compose: service(`extra_hosts: { ${name}: 10.0.0.1 }`) }),
  "extra_hosts in a list": (name) => ({ compose: service(`extra_hosts: ["${name}=10.0.0.1"]`) }),
  sysctls: (name) => ({ compose: service(`sysctls: { ${name}: 1 }`) }),
  ulimits: (name) => ({ compose: service(`ulimits: { ${name}: 1 }`) }),
  user: (name) => ({ compose: service(`user: ${quoted(name)}`), decisions: `users: { ${name}: 1000 }\n` }),
  "build arguments": (name) => ({
    compose: `services:\n  web: { image: a, build: { context: ., args: { ${name}: x } } }\n`,
  }),
  logging: (name) => ({ compose: service(`logging: { driver: json-file, options: { ${name}: x } }`) }),
  extension: (name) => ({ compose: `x-${name}: &a { A: b }\n${service("environment: { <<: *a }")}` }),
  anchor: (name) => ({ compose: `x-a: &${name} { A: b }\n${service(`environment: { <<: *${name} }`)}` }),
  "command and container": (name) => ({
    compose: service(`container_name: ${name}\n    command: [${quoted(name)}]`),
  }),
  "router of Traefik": (name) => ({
    compose: service(`labels: { "traefik.http.routers.${name}.rule": "Host(\`a.b\`)" }`),
  }),
  "middleware of Traefik": (name) => ({
    compose: service(
      `labels: { "traefik.http.middlewares.${name}.compress": "true", "traefik.http.routers.r.rule": "Host(\`a.b\`)", ` +
        `"traefik.http.routers.r.middlewares": ${name} }`,
    ),
  }),
  "service of Traefik": (name) => ({
    compose: service(
      `labels: { "traefik.http.services.${name}.loadbalancer.server.port": "80", ` +
        `"traefik.http.routers.r.rule": "Host(\`a.b\`)" }`,
    ),
  }),
  "header of Traefik": (name) => ({
    compose: service(
      `labels: { "traefik.http.middlewares.m.headers.customrequestheaders.${name}": x, ` +
        `"traefik.http.routers.r.rule": "Host(\`a.b\`)", "traefik.http.routers.r.middlewares": m }`,
    ),
  }),
  "entry point of Traefik": (name) => ({
    compose: service(
      `labels: { "traefik.http.routers.r.rule": "Host(\`a.b\`)", "traefik.http.routers.r.entrypoints": ${name} }`,
    ),
  }),
  "decided service": (name) => ({
    compose: `services:\n  ${name}: { image: a, ports: ["80:80"] }\n`,
    decisions: `services: { ${name}: { replicas: 3 } }\n`,
  }),
  "decision of a service that is not there": (name) => ({
    compose: service(""),
    decisions: `services: { ${name}: { replicas: 3 } }\n`,
  }),
  "decided storage": (name) => ({
    compose: `${service(`volumes: ["${name}:/data"]`)}volumes: { ${name}: {} }\n`,
    decisions: `storage: { ${name}: { path: /mnt/x, size: 3Gi } }\n`,
  }),
  "decided secret": (name) => ({
    compose: service(`environment: { ${name}: hello }`),
    decisions: `secrets: { ${name}: secret }\n`,
  }),
  "decided image": (name) => ({
    compose: `services: { web: { image: ${name.toLowerCase()} } }\n`,
    decisions: `images: { ${name.toLowerCase()}: { ports: [3000], users: { ${name}: 7 } } }\n`,
  }),
  "decided variable": (name) => ({
    compose: service(`environment: { AB: "\${${name}}" }`),
    decisions: `variables: { ${name}: x }\n`,
  }),
  "decided users of a database": (name) => ({
    compose: "services: { db: { image: 'postgres:16', environment: { POSTGRES_PASSWORD: a, P: b } } }\n",
    decisions: "databases: { db: { engine: postgres, admin: { user: a, password: db.POSTGRES_PASSWORD }, " +
      `databases: { ${name}: { owner: x } }, users: { ${name}: { password: db.P } } } }\n`,
  }),
  "decided access": (name) => ({
    compose: service(""),
    decisions: `access: { groups: { ${name}: viewer } }\n`,
  }),
  "decided quota": (name) => ({
    compose: service(""),
    decisions: `limits: { quota: { ${name}: 5 } }\n`,
  }),
};

/** What comes of the stack: what is said, all objects, and what `check` and `config` print. */
async function outcome({ compose, decisions = "{}", files = {} }: Stack): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "names-" });
  try {
    await Deno.writeTextFile(join(directory, "compose.yaml"), compose);
    const decided = JSON.stringify({ ...OTHERS, ...parse(decisions) });
    await Deno.writeTextFile(join(directory, "decisions.yaml"), decided);
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(directory, name), text);
    const converted = await planTestStack({ directory, decisions: decided })
      .then(({ conversion, diagnostics, decisions }) => ({
        diagnostics: diagnostics.map(({ code, message, hint, span }) => ({ code, message, hint, span })),
        objects: objectsOf(conversion).map(({ object }) => object),
        decisions,
      }), (error: unknown) => `${error}`);
    const check = await told(directory, ["check", "--stack", ".", "-o", "json"]);
    const config = await told(directory, ["config", "--stack", ".", "-o", "json"]);
    const printed = [check, config].map(({ code, out, err }) => ({
      code,
      err,
      out: code === 0 ? JSON.parse(out) : out,
    }));
    return JSON.stringify({ converted, printed }, null, 1)
      .replaceAll(directory, "/stack").replaceAll(directory.split("/").at(-1) ?? "", "stack")
      // A digest of what holds the name differs as the name does.
      .replaceAll(/[0-9a-f]{8,}\b/g, "DIGEST");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const [place, stackWith] of Object.entries(PLACES)) {
  Deno.test(`names that every object has: ${place}`, async () => {
    for (const [name, neighbour] of NAMES) {
      const { decisions } = stackWith(name);
      if (name === "__proto__" && decisions !== undefined) {
        const said = parseDecisions(decisions, "decisions.yaml").diagnostics.map(({ message }) => message);
        ok(said.includes('Nothing can be decided about "__proto__"'), said.join("\n"));
        continue;
      }
      const found = await outcome(stackWith(name));
      const wanted = await outcome(stackWith(neighbour));
      ok(!/is a bug/.test(found), `${name}: ${found}`);
      ok(!/kube-decisions-(value|unknown-key|syntax)/.test(wanted), wanted);
      const [lines, others] = [found, renamed(wanted, neighbour, name)].map((text) => text.split("\n"));
      deepEqual({ name, more: without(lines, others), less: without(others, lines) }, {
        name,
        more: [],
        less: [],
      });
    }
  });
}

/** In the letters that a name of Kubernetes may have, too. */
function renamed(text: string, from: string, to: string): string {
  const plain = (name: string): string => name.toLowerCase().replaceAll("_", "");
  return text.replaceAll(from, to).replaceAll(from.toLowerCase(), to.toLowerCase())
    .replaceAll(plain(from), plain(to));
}

function without(lines: readonly string[] = [], others: readonly string[] = []): readonly string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}
