import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readDynamicFile } from "../../lib/traefik/dynamic_file.ts";
import {
  entryPointsOf,
  listField,
  readStaticConfiguration,
  textField,
} from "../../lib/traefik/static_configuration.ts";
import { parseToml, type TomlValue } from "../../lib/traefik/toml.ts";

function plain(value: TomlValue): unknown {
  if (value.kind === "text") return value.text;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([name, entry]) => [name, plain(entry.value)]));
}

function parsed(text: string): unknown {
  const result = parseToml("x.toml", text);
  return "root" in result ? plain(result.root) : { ...result.span, reason: result.reason };
}

const texts: readonly (readonly [string, unknown])[] = [
  ["", {}],
  ["# only a comment", {}],
  ["a = 1 # one\nb = true\r\n", { a: "1", b: "true" }],
  ['a.b."c d".\'e\' = "x"', { a: { b: { "c d": { e: "x" } } } }],
  ["[a]\nb = 1\n[a.c]\nd = 2\n[e.f]\n", { a: { b: "1", c: { d: "2" } }, e: { f: {} } }],
  ["[a.b]\nc = 1\n[a]\nd = 2\n", { a: { b: { c: "1" }, d: "2" } }],
  ["[[a]]\nn = 1\n[a.b]\nx = 1\n[[a]]\nn = 2\n", { a: [{ n: "1", b: { x: "1" } }, { n: "2" }] }],
  ['a = ["x", # first\n  "y",\n]', { a: ["x", "y"] }],
  ["a = [[1], []]\nb = [{ c = 1 }, { c = 2 }]", { a: [["1"], []], b: [{ c: "1" }, { c: "2" }] }],
  ['a = { b = "c", d.e = 1 }', { a: { b: "c", d: { e: "1" } } }],
  ['a = "t\\tq\\"\\u00e9\\U0001F600"', { a: 't\tq"é😀' }],
  ["a = 'C:\\no'", { a: "C:\\no" }],
  ['a = """\none\n\\\n   two"""', { a: "one\ntwo" }],
  ["a = '''\n it's\n'''", { a: " it's\n" }],
  ['a = """x""""', { a: 'x"' }],
  ["a = 0x1F\nb = 0o17\nc = 0b11\nd = 1_000\ne = -7\nf = +3", {
    a: "31",
    b: "15",
    c: "3",
    d: "1000",
    e: "-7",
    f: "3",
  }],
  ["a = 1.5\nb = 1e3\nc = inf", { a: "1.500000", b: "1000.000000", c: "inf" }],
  ["a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00", {
    a: "1979-05-27T07:32:00Z",
    b: "1979-05-27 07:32:00",
  }],
];

Deno.test("parseToml() reads what TOML 1.0 has", () => {
  for (const [text, expected] of texts) deepStrictEqual(parsed(text), expected, text);
});

const broken: readonly (readonly [string, number, number, string])[] = [
  ["a = web", 1, 5, '"web" is no value: a text stands in quotes'],
  ["x = 1\na =", 2, 4, "Unspecified values are invalid"],
  ["a 1", 1, 3, "Expected equal (=) token"],
  ["a = 1 b = 2", 1, 7, "Must be a newline"],
  ["[a]\nb = 1\n[a]\n", 3, 2, "Defining a key multiple times is invalid"],
  ["a = 1\na = 2", 2, 1, "Defining a key multiple times is invalid"],
  ["a = { b = 1 }\n[a.c]", 2, 2, "Defining a key multiple times is invalid"],
  ["[a", 1, 3, "Unterminated table-key"],
  ["a = [1, 2", 1, 10, "Unterminated array"],
  ['a = "x', 1, 7, "Unterminated string constant"],
  ['a = """x', 1, 9, "Unterminated string constant"],
];

Deno.test("parseToml() says what is wrong and where", () => {
  for (const [text, line, column, reason] of broken) {
    const found = parsed(text) as { line: number; column: number; reason: string };
    deepStrictEqual([found.line, found.column, found.reason], [line, column, reason], text);
  }
});

const STATIC = `[entryPoints]
  [entryPoints.web]
    address = ":80"
    [entryPoints.web.http.redirections.entryPoint]
      to = "websecure"
  [entryPoints.websecure]
    address = ":443"
    [entryPoints.websecure.http.tls]
      certResolver = "le"
[certificatesResolvers.le.acme.dnsChallenge]
  provider = "cloudflare"
  resolvers = ["1.1.1.1:53", "1.0.0.1:53"]
`;

Deno.test("readStaticConfiguration() reads TOML as it reads YAML, and refuses with a place what is none", () => {
  const { configuration, findings } = readStaticConfiguration({ file: "traefik.toml", text: STATIC }, [], {});
  deepStrictEqual(findings, []);
  deepStrictEqual(entryPointsOf(configuration).map(({ name, port, tls }) => [name, port, tls]), [
    ["web", 80, undefined],
    ["websecure", 443, { certResolver: "le" }],
  ]);
  const challenge = ["certificatesResolvers", "le", "acme", "dnsChallenge"] as const;
  strictEqual(textField(configuration?.fields, ...challenge, "provider"), "cloudflare");
  deepStrictEqual(listField(configuration?.fields, ...challenge, "resolvers"), ["1.1.1.1:53", "1.0.0.1:53"]);
  const wrong = readStaticConfiguration({ file: "traefik.toml", text: "[log]\nlevel = INFO\n" }, [], {});
  const [finding] = wrong.findings;
  deepStrictEqual([finding?.code, finding?.span?.line, finding?.span?.column], [
    "traefik-static-refused",
    2,
    9,
  ]);
});

Deno.test("readDynamicFile() gives the same of TOML and of YAML", () => {
  const toml = `[http.middlewares.auth.forwardAuth]
  address = "http://authelia:9091/api/verify?rd={{ env "LOGIN" }}"
  authResponseHeaders = ["Remote-User"]
[http.middlewares.chain.chain]
  middlewares = ["auth"]
[http.routers.nas]
  rule = "Host(\`nas.example.org\`)"
  service = "nas"
  [http.routers.nas.tls]
[[http.services.nas.loadBalancer.servers]]
  url = "http://192.168.1.5:5000"
[[tls.certificates]]
  certFile = "/certs/a.crt"
  keyFile = "/certs/a.key"
`;
  const yaml = `http:
  middlewares:
    auth:
      forwardAuth:
        address: 'http://authelia:9091/api/verify?rd={{ env "LOGIN" }}'
        authResponseHeaders: [Remote-User]
    chain: { chain: { middlewares: [auth] } }
  routers:
    nas: { rule: "Host(\`nas.example.org\`)", service: nas, tls: {} }
  services:
    nas: { loadBalancer: { servers: [{ url: "http://192.168.1.5:5000" }] } }
tls: { certificates: [{ certFile: /certs/a.crt, keyFile: /certs/a.key }] }
`;
  const fields = (file: string, text: string): unknown => {
    const { sections, certificates, findings } = readDynamicFile({ file, text }, {
      LOGIN: "https://a.example",
    });
    deepStrictEqual(findings, []);
    return [
      [...sections].map((
        [name, elements],
      ) => [name, [...elements].map(([each, { fields }]) => [each, fields])]),
      certificates.map(({ fields }) => fields),
    ];
  };
  deepStrictEqual(fields("a.toml", toml), fields("a.yml", yaml));
});
