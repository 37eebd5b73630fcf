/** Every parser of texts that others write, with a corpus and the errors that it may throw. */
import { join } from "node:path";
import { load } from "../../compose/mod.ts";
import { readDotenv } from "../../compose/interpolation/dotenv.ts";
import { substitute } from "../../compose/interpolation/template.ts";
import { splitWords } from "../../compose/spec/shell_words.ts";
import { parseBytes, parseDuration as composeDuration } from "../../compose/spec/units.ts";
import { ChartError, readChart } from "../../lib/checks/chart/chart.ts";
import { unreadValues } from "../../lib/checks/chart/unread_values.ts";
import { checkHostJobs } from "../../lib/checks/host_jobs/check.ts";
import { calledBy } from "../../lib/checks/host_jobs/host_file.ts";
import { cronOfCalendar, cronOfLine } from "../../lib/checks/host_jobs/schedule.ts";
import { unpackArchive } from "../../lib/cli/chart_archive.ts";
import { parseDecisions } from "../../lib/decisions/decisions.ts";
import { firstFile, usersOf } from "../../lib/docker/image_facts.ts";
import { quantityOf } from "../../lib/kube/quantity.ts";
import { maskSource } from "../../lib/report/mask_sources.ts";
import { milliseconds } from "../../lib/values/duration.ts";
import { findPart } from "../../lib/stack/secrets/part.ts";
import { matchesConstraints } from "../../lib/traefik/constraints.ts";
import { parseDuration, wholeUnits } from "../../lib/traefik/duration.ts";
import { readDynamicFile } from "../../lib/traefik/dynamic_file.ts";
import { renderTemplate } from "../../lib/traefik/go_template.ts";
import { TemplateError, templateFunctions } from "../../lib/traefik/go_template_functions.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { RuleError } from "../../lib/traefik/rule.ts";
import { convertRule } from "../../lib/traefik/rule_syntax.ts";
import { projectOf } from "../traefik/stack_fixture.ts";
import { planTestStack } from "../cli/planned_stack.ts";

export interface Target {
  readonly name: string;
  readonly corpus: readonly string[];
  /** Errors of these classes are answers; every other is a bug. */
  readonly answers?: readonly (abstract new (...values: never[]) => Error)[];
  run(text: string, directory: string): unknown;
}

const COMPOSE = [
  `name: a
x-common: &common { restart: always, environment: { A: "\${A:-b}", constructor: x } }
services:
  web:
    <<: *common
    image: "nginx:\${TAG:-1}"
    ports: ["80:80", "127.0.0.1:443:443/udp"]
    volumes: ["./a:/b:ro", "data:/c"]
    labels: { traefik.enable: "true", traefik.http.routers.web.rule: "Host(\`a\`)" }
    extra_hosts: { constructor: 1.2.3.4, toString: 5.6.7.8 }
    depends_on: { db: { condition: service_healthy } }
    healthcheck: { test: ["CMD-SHELL", "x"], interval: 10s }
  db: { image: "postgres:16", user: "999:999", volumes: ["./pg:/var/lib/postgresql/data"], mem_limit: 1g }
volumes: { data: {} }
`,
  `services:
  constructor: { image: a, depends_on: [toString], environment: { __proto__: a, hasOwnProperty: b } }
  toString: { image: b, labels: { valueOf: a }, sysctls: { toString: 1 }, networks: { constructor: {} } }
networks: { constructor: {} }
volumes: { hasOwnProperty: {}, toString: {} }
secrets: { constructor: { environment: valueOf } }
`,
];
const DECISIONS = [
  `namespace: a
services: { web: { ports: [80], kind: Deployment, resources: { limits: { memory: 1Gi } } } }
storage: { ./a: { kind: data, owner: "1:1" } }
users: { app: 1000 }
profiles: { local: { from: [base], namespace: b }, base: { storageId: x } }
databases: { db: { engine: postgres, admin: { user: a, password: db.P }, users: { b: { password: db.P } } } }
`,
  "a: &a [*a, *b]\nservices: { constructor: { skip: a }, toString: { ports: [1] } }\nprofiles: { constructor: { from: toString } }\n",
];
const DYNAMIC = [
  'http:\n  routers:\n    a: { rule: "Host(`{{ env \\"A\\" }}`)", service: b, middlewares: [c@file] }\n' +
  "  services: { b: { loadBalancer: { servers: [{ url: 'http://a:1' }] } } }\n" +
  "  middlewares: { c: { headers: { customRequestHeaders: { A: b } } }, constructor: { compress: {} } }\n" +
  "tls: { options: { default: { minVersion: VersionTLS12 } } }\n",
];
const STATIC = [
  "entryPoints: { web: { address: ':80' }, constructor: { address: ':443/udp', http: { tls: {} } } }\n" +
  "providers: { docker: { defaultRule: 'Host(`{{ .Name }}`)', constraints: 'Label(`a`,`b`)' } }\n" +
  "certificatesResolvers: { le: { acme: { email: a@b, storage: /a.json, dnsChallenge: { provider: toString } } } }\n",
];
const LABELS = [
  "traefik.http.routers.a.rule=Host(`x`) && PathPrefix(`/{n:[a-z]+}`)\ntraefik.http.services.a.loadbalancer.server.port=80",
  "traefik.http.middlewares.m.basicauth.users=a:b,c:d\ntraefik.tcp.routers.t.rule=HostSNI(`*`)\ntraefik.http.routers.a.tls.domains[0].main=a",
  "traefik.http.constructor.a=b\ntraefik.__proto__.x=y\ntraefik.http.routers.toString.rule=Host(`a`)\ntraefik.enable=true",
];
const TEMPLATES = [
  '{{ if env "A" }}{{ range $i, $v := splitList "," .Name }}{{ $v | upper | printf "%s\\x41" }}{{ end }}{{ else }}x{{ end }}',
  '{{ with index .Labels "constructor" }}{{ . }}{{ end }}{{ (((.Name))) }}{{ nil }}{{ hasOwnProperty }}{{ replace "a" "$&" .Name }}',
  '{{- $a := list 1 2 }}{{ $a = list $a $a }}{{ join "," $a }}{{/* c */}}{{ default 1 (index .Labels "x") -}} ',
];
const HOST = [
  'SHELL=/bin/sh\n0 2 * * * root docker exec -i web mysqldump --all > /b/a.sql\n@daily docker-compose run db psql -c "select 1" a\n',
  "[Timer]\nOnCalendar=Mon..Fri *-*-01 02:30:00\n[Service]\nExecStart=/usr/bin/docker exec db pg_dump \\\n a > /b/c\n",
];
const DURATIONS = [
  "1m30s",
  "1.5h",
  "10",
  "-2s",
  "100ms",
  "1h2m3s4ms5us6ns",
  ".5s",
  "90071992547409910ns",
  "512m",
  "1.5GiB",
  "0.5",
];

const functions = templateFunctions({ A: "b,c", constructor: "d" });
const project = projectOf(new Map([["web", { labels: {} }]]), {});

function routing(labels: Readonly<Record<string, string>>, fixed: string, dynamic: string): unknown {
  return readRouting({
    project: projectOf(new Map([["web", { labels }]]), {}),
    exposedPorts: () => [{ port: 80, protocol: "tcp" }],
    files: {
      ...(fixed === "" ? {} : { static: { file: "traefik.yml", text: fixed } }),
      dynamic: dynamic === "" ? [] : [{ file: "d.yml", text: dynamic }],
      textAt: () => undefined,
    },
  } as never);
}

const CHART = {
  "Chart.yaml": "name: a\nversion: 1.0.0\n",
  "values.yaml": "a: { b: 1 }\n",
};

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

const TAR = [
  "a/Chart.yaml".padEnd(100, "\0") + "0000644\0".padEnd(24, "\0") + "00000000005\0" + "0".repeat(20) + "0" +
  "\0".repeat(100) + "ustar\0" + "00".padEnd(249, "\0") + "a: b\n".padEnd(512, "\0") + "\0".repeat(1024),
];

export const TARGETS: readonly Target[] = [
  {
    name: "compose files",
    corpus: COMPOSE,
    run: async (text, directory) => {
      await Deno.writeTextFile(join(directory, "compose.yaml"), text);
      return await load({ directory, files: ["compose.yaml"], environment: { A: "1" } });
    },
  },
  {
    name: "whole stacks",
    corpus: COMPOSE,
    answers: [],
    run: async (text, directory) => {
      await Deno.writeTextFile(join(directory, "compose.yaml"), text);
      const loaded = await load({ directory, files: ["compose.yaml"], environment: { A: "1" } });
      if (loaded.project === undefined) return;
      return await planTestStack({ directory, files: ["compose.yaml"] });
    },
  },
  {
    name: "interpolation",
    corpus: ["a${B:-${C:?d}}$$e$F", "${A+b}{{}}"],
    run: (text) => substitute(text, () => "x"),
  },
  {
    name: ".env files",
    corpus: [
      "A=b\nexport C='d'\nE=\"f\\n${A}\" # c\nG=${H:-{}}\n",
      "a: b\nconstructor=1\nX=${toString}${Y:-${Z:-{{}}}\n",
    ],
    run: (text) => readDotenv(text, () => undefined),
  },
  {
    name: "Go templates",
    corpus: TEMPLATES,
    answers: [TemplateError],
    run: (text) => renderTemplate(text, { Name: "a,b", Labels: { x: "y" } }, functions),
  },
  {
    name: "Traefik rules",
    corpus: [
      "Host(`a`) && !(PathPrefix(`/b`) || Query(`c=d`))",
      "HostRegexp(`{n:[a-z]+}.b`)",
      "HostSNI(`*`)",
    ],
    answers: [RuleError],
    run: (text) => [convertRule(text, "http", "v2"), convertRule(text, "tcp", "v3")],
  },
  {
    name: "Traefik constraints",
    corpus: ["Label(`a`,`b`) && !LabelRegex(`c`, `d.*`)"],
    answers: [Error],
    run: (text) => matchesConstraints(text, { a: "b" }),
  },
  {
    name: "Traefik labels",
    corpus: LABELS,
    run: (text) =>
      routing(
        Object.fromEntries(
          text.split("\n").map((line) => {
            const [key = "", ...value] = line.split("=");
            return [key, value.join("=")];
          }),
        ),
        "",
        "",
      ),
  },
  { name: "Traefik static files", corpus: STATIC, run: (text) => routing({}, text, "") },
  { name: "Traefik dynamic files", corpus: DYNAMIC, run: (text) => routing({}, "", text) },
  {
    name: "dynamic files alone",
    corpus: DYNAMIC,
    run: (text) => readDynamicFile({ file: "a.yml", text }, {}),
  },
  {
    name: "decisions",
    corpus: DECISIONS,
    run: (text) => parseDecisions(text, "decisions.yaml", ["local", "constructor"]),
  },
  { name: "durations of Traefik", corpus: DURATIONS, run: (text) => [parseDuration(text), wholeUnits(text)] },
  { name: "durations of flags", corpus: DURATIONS, answers: [RangeError], run: milliseconds },
  {
    name: "durations and sizes of compose",
    corpus: DURATIONS,
    run: (text) => [composeDuration(text), parseBytes(text), quantityOf(text)],
  },
  { name: "words of a shell", corpus: ["a 'b c' \"d $e\" f\\ g"], run: (text) => splitWords(text) },
  {
    name: "crontabs and units",
    corpus: HOST,
    run: (text) => {
      const file = { path: "/etc/a.timer", text };
      const script = { path: "/etc/crontab", text };
      return [
        calledBy(file),
        calledBy(script),
        checkHostJobs(project, parseDecisions("", "d").decisions, [file, script]),
        text.split("\n").map((line) => [cronOfCalendar(line), cronOfLine(line)]),
      ];
    },
  },
  {
    name: "charts and their values",
    corpus: [
      'a: {{ .Values.a.b | quote }}\n{{- range $k, $v := .Values.constructor }}{{ end }}{{ include "x" . }}\n',
    ],
    answers: [ChartError],
    run: (text) =>
      unreadValues(
        readChart(new Map(Object.entries({ ...CHART, "templates/a.yaml": text }))),
        { a: { b: 1 }, constructor: 2, toString: { a: 1 } },
      ),
  },
  {
    name: "values of charts",
    corpus: ["a: { b: 1 }\nconstructor: {}\n"],
    answers: [ChartError],
    run: (text) =>
      unreadValues(readChart(new Map(Object.entries({ ...CHART, "values.yaml": text }))), { a: 1 }),
  },
  {
    name: "archives",
    corpus: TAR,
    answers: [Error],
    run: async (text) => await unpackArchive(await gzip(latin(text))),
  },
  { name: "answers of an engine", corpus: TAR, run: (text) => [firstFile(latin(text)), usersOf(text)] },
  {
    name: "parts of texts",
    corpus: ["password = 'a b'"],
    run: (text) => text.trim() === "" ? undefined : findPart(text, text.slice(0, 8)),
  },
  {
    name: "masked texts",
    corpus: ['PASSWORD: "a\\"b" # c', "mysql://u:p@h, --token x, $apr1$a$b"],
    run: (text) => ["a.yaml", "b.json", "c.conf", "d.sql", "e.xml"].map((file) => maskSource(file, text)),
  },
];
