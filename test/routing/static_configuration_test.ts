import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  defaultEntryPoints,
  dockerOptionsOf,
  entryPointsOf,
  field,
  listField,
  readStaticConfiguration,
  textField,
} from "../../lib/traefik/static_configuration.ts";

function fromFile(text: string): ReturnType<typeof readStaticConfiguration> {
  return readStaticConfiguration({ file: "traefik.yml", text }, ["--entrypoints.flag.address=:1"], {});
}

Deno.test("readStaticConfiguration() takes the file alone, else flags alone, else variables alone", () => {
  const variables = { TRAEFIK_ENTRYPOINTS_ENV_ADDRESS: ":2", OTHER: "x" };
  const names = (result: ReturnType<typeof readStaticConfiguration>): string[] =>
    entryPointsOf(result.configuration).map(({ name }) => name);
  deepStrictEqual(names(fromFile("entryPoints:\n  file:\n    address: ':3'\n")), ["file"]);
  deepStrictEqual(names(readStaticConfiguration(undefined, ["--entrypoints.flag.address=:1"], variables)), [
    "flag",
  ]);
  deepStrictEqual(names(readStaticConfiguration(undefined, [], variables)), ["env"]);
  deepStrictEqual(names(readStaticConfiguration(undefined, [], {})), ["http"]);
});

Deno.test("readStaticConfiguration() refuses YAML that is none, with a place", () => {
  const broken = fromFile("entryPoints: [\n");
  strictEqual(broken.findings[0]?.code, "traefik-static-refused");
  strictEqual(broken.findings[0]?.span?.file, "traefik.yml");
});

const addresses: readonly (readonly [string, number, "tcp" | "udp"])[] = [
  [":80", 80, "tcp"],
  ["127.0.0.1:8080", 8080, "tcp"],
  [":53/udp", 53, "udp"],
  ["[::1]:443", 443, "tcp"],
  [":25/TCP", 25, "tcp"],
];

Deno.test("entryPointsOf() reads addresses", () => {
  for (const [address, port, protocol] of addresses) {
    const [entryPoint] = entryPointsOf({ fields: { entryPoints: { x: { address } } } });
    deepStrictEqual([entryPoint?.port, entryPoint?.protocol], [port, protocol], address);
  }
});

Deno.test("entryPointsOf() sees TLS on an entry point, and when it is switched off", () => {
  const { configuration } = fromFile(
    "entrypoints:\n  a: {address: ':1', http: {tls: {}}}\n  b: {address: ':2', http: {tls: {certResolver: le}}}\n  c: {address: ':3'}\n",
  );
  deepStrictEqual(entryPointsOf(configuration).map(({ tls }) => tls), [
    {},
    { certResolver: "le" },
    undefined,
  ]);
  const flags = readStaticConfiguration(undefined, [
    "--entrypoints.a.address=:1",
    "--entrypoints.a.http.tls=false",
  ], {});
  deepStrictEqual(entryPointsOf(flags.configuration)[0]?.tls, undefined);
});

Deno.test("defaultEntryPoints() are the marked ones, else all of TCP but Traefik's own", () => {
  const all = entryPointsOf({
    fields: {
      entryPoints: {
        web: { address: ":80" },
        dns: { address: ":53/udp" },
        traefik: { address: ":8080" },
        b: { address: ":1" },
      },
    },
  });
  deepStrictEqual(defaultEntryPoints(all), ["b", "web"]);
  const marked = entryPointsOf({
    fields: { entryPoints: { a: { address: ":1", asDefault: "true" }, b: { address: ":2" } } },
  });
  deepStrictEqual(defaultEntryPoints(marked), ["a"]);
});

Deno.test("dockerOptionsOf() reads the provider's options in any case", () => {
  const { configuration } = readStaticConfiguration(undefined, [
    "--providers.docker.exposedByDefault=false",
    "--providers.docker.network=web",
    "--providers.docker.defaultRule=Host(`{{ .Name }}.x`)",
  ], {});
  deepStrictEqual(dockerOptionsOf(configuration), {
    exposedByDefault: false,
    constraints: "",
    network: "web",
    defaultRule: "Host(`{{ .Name }}.x`)",
    provider: "docker",
  });
});

Deno.test("dockerOptionsOf() knows who is asked: Docker, Docker about swarm (Traefik 2), or swarm (Traefik 3)", () => {
  const provider = (...flags: readonly string[]): string =>
    dockerOptionsOf(readStaticConfiguration(undefined, flags, {}).configuration).provider;
  strictEqual(provider("--providers.docker"), "docker");
  strictEqual(provider("--providers.docker", "--providers.docker.swarmmode=true"), "swarmMode");
  strictEqual(provider("--providers.docker.swarmMode=false"), "docker");
  strictEqual(provider("--providers.swarm.endpoint=unix:///var/run/docker.sock"), "swarm");
  strictEqual(provider("--providers.docker=true", "--providers.swarm=true"), "both");
  strictEqual(provider(), "docker");
});

Deno.test("flags may have their value behind a space, and lists are lists", () => {
  const { configuration } = readStaticConfiguration(undefined, [
    "--api",
    "--log.level",
    "DEBUG",
    "--x.y=a, b",
    "--z[0].k=1",
    "--z[1].k=2",
  ], {});
  strictEqual(textField(configuration?.fields, "api"), "true");
  strictEqual(textField(configuration?.fields, "log", "level"), "DEBUG");
  deepStrictEqual(listField(configuration?.fields, "x", "y"), ["a", "b"]);
  deepStrictEqual(configuration?.fields["z"], [{ k: "1" }, { k: "2" }]);
});

Deno.test("names that the operator gave keep their case in flags, and fields are the same in any", () => {
  const flags = [
    "--entrypoints.WebSecure.address=:443",
    "--entryPoints.websecure.http.TLS.certresolver=Own",
    "--experimental.plugins.GeoBlock.modulename=github.com/a/geoblock",
    "--experimental.plugins.geoblock.version=v1",
    "--CertificatesResolvers.Own.acme.email=me@example.org",
  ];
  const { configuration } = readStaticConfiguration(undefined, flags, {});
  const fields = configuration?.fields;
  // The first in the order of the alphabet: "entryPoints" is before "entrypoints".
  deepStrictEqual(field(fields, "entrypoints"), {
    websecure: { address: ":443", http: { TLS: { certresolver: "Own" } } },
  });
  deepStrictEqual(Object.keys(field(fields, "experimental", "plugins") as object), ["GeoBlock"]);
  deepStrictEqual(Object.keys(field(fields, "certificatesResolvers") as object), ["Own"]);
});

Deno.test("a list that is given in several flags has all their values, any other option the last", () => {
  const flags = [
    "--entrypoints.web.forwardedheaders.trustedips=10.0.0.1",
    "--entrypoints.web.forwardedHeaders.trustedIPs=10.0.0.2,10.0.0.3",
    "--log.level=INFO",
    "--log.level=DEBUG",
  ];
  const { configuration } = readStaticConfiguration(undefined, flags, {});
  const fields = configuration?.fields;
  strictEqual(
    field(fields, "entryPoints", "web", "forwardedHeaders", "trustedIPs"),
    "10.0.0.1,10.0.0.2,10.0.0.3",
  );
  strictEqual(field(fields, "log", "level"), "DEBUG");
});
