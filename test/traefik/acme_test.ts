import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { connect } from "node:tls";
import { convertRouting, type RoutingConversion } from "../../lib/kube/traefik/convert_routing.ts";
import { traefikDecisions } from "../../lib/decisions/traefik.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { serveDns } from "./dns_server.ts";
import { serveCloudflare } from "./fake_cloudflare.ts";
import { isIsolated } from "./namespace.ts";
import { type Pebble, startPebble } from "./pebble.ts";
import { say } from "./say.ts";
import { startAfter, startApi, type TestApi } from "./side_after.ts";
import { exposedPortsOf, projectOf } from "./stack_fixture.ts";
import type { LogLine } from "./traefik_process.ts";

type Json = Record<string, unknown>;

const zone = "ferry.example";
const host = `www.${zone}`;
const token = "cloudflare-token";
const ports = { dns: 10053, cloudflare: 10054, pebble: 14000, api: 11090 };
const entryPointPorts = { web: 11080, websecure: 11443 };

Deno.test({
  name:
    "convertRouting() configures a Traefik that gets certificates by DNS, and carries an old acme.json over",
  ignore: !isIsolated(),
  fn: async () => {
    await using dns = await serveDns(zone, ports.dns);
    await using cloudflare = serveCloudflare(zone, token, ports.cloudflare, dns.texts);
    await using pebble = await startPebble(ports.pebble, ports.dns);
    await using api = await startApi();

    const fresh = convert(pebble);
    const storage = await prepareStorage(fresh);
    strictEqual(((await Deno.stat(`${storage}/acme.json`)).mode ?? 0) & 0o777, 0o600);
    const first = await serve(api, fresh, storage, 120_000);
    ok(first.issuer.includes("Pebble"), `the certificate is from ${first.issuer}`);
    strictEqual(pebble.orders(), 1);
    strictEqual(cloudflare.refused(), 0);

    const old = await Deno.readTextFile(`${storage}/acme.json`);
    const carried = convert(pebble, old);
    const second = await serve(api, carried, await prepareStorage(carried), 60_000);
    strictEqual(second.serialNumber, first.serialNumber);
    strictEqual(pebble.orders(), 1);
    say(
      `certificate of "${first.issuer}" by DNS challenge; the carried acme.json serves it without a new order`,
    );
  },
});

function convert(pebble: Pebble, acme?: string): RoutingConversion {
  const containers = new Map([["web", {
    labels: {
      "traefik.http.routers.web.rule": `Host(\`${host}\`)`,
      "traefik.http.routers.web.entrypoints": "secure",
      "traefik.http.routers.web.tls.certresolver": "default",
      "traefik.http.routers.web.service": "noop@internal",
    },
  }]]);
  const environment = {
    CF_DNS_API_TOKEN: token,
    CLOUDFLARE_BASE_URL: `http://127.0.0.1:${ports.cloudflare}/client/v4`,
  };
  const project = projectOf(containers, { environment });
  const text = JSON.stringify({
    entryPoints: { web: { address: ":80" }, secure: { address: ":443" } },
    certificatesResolvers: {
      default: {
        acme: {
          email: `admin@${zone}`,
          storage: "/etc/traefik/acme.json",
          caServer: pebble.directoryUrl,
          caCertificates: [pebble.authorityFile],
          dnsChallenge: {
            provider: "cloudflare",
            resolvers: [`127.0.0.1:${ports.dns}`],
            propagation: { disableChecks: true },
          },
        },
      },
    },
  });
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: { static: { file: "traefik.yml", text }, dynamic: [] },
  });
  const result = convertRouting({
    routing,
    project,
    namespace: "ferry",
    decisions: traefikDecisions(),
    serviceFor: (name, port) => ({ name, port }),
    ...(acme === undefined ? {} : {
      storedAt: (path: string) => ({ kind: "text", text: { file: "acme.json", path, text: acme } }),
    }),
  });
  deepStrictEqual(
    [...routing.findings, ...result.findings].filter(({ severity }) => severity === "error"),
    [],
  );
  return result;
}

/** Runs the init container's script as the cluster would, on a folder in the volume's place. */
async function prepareStorage(conversion: RoutingConversion): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "storage" });
  const carried = secretOf(conversion, "traefik-acme");
  await Deno.mkdir(`${directory}/carried`);
  for (const [name, value] of Object.entries(carried)) {
    await Deno.writeTextFile(`${directory}/carried/${name}`, value);
  }
  const deployment = conversion.chartValues["deployment"] as { initContainers: { command: string[] }[] };
  const [shell = "sh", ...args] = deployment.initContainers[0]?.command ?? [];
  const moved = args.map((arg) =>
    arg.replaceAll("/carried/", `${directory}/carried/`).replaceAll(/\/data\b/g, directory)
      // The namespace knows no user but root.
      .replaceAll("chown 65532:65532", "chown 0:0")
  );
  const { success, stderr } = await new Deno.Command(shell, { args: moved, stdin: "null" }).output();
  ok(success, `the init container's script fails: ${new TextDecoder().decode(stderr)}`);
  return directory;
}

function secretOf(conversion: RoutingConversion, name: string): Record<string, string> {
  const secret = conversion.shared.find(({ object }) =>
    object.kind === "Secret" && object.metadata.name === name
  );
  const data = (secret?.object["data"] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]));
}

interface Shown {
  readonly issuer: string;
  readonly serialNumber: string;
}

/** Applies the objects, starts Traefik with the chart's values, and waits for a certificate that is not its own. */
async function serve(
  api: TestApi,
  conversion: RoutingConversion,
  storage: string,
  timeout: number,
): Promise<Shown> {
  await api.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "ferry" } }]);
  const routes = [...conversion.routes.values()].flat();
  await api.apply([...conversion.shared, ...routes, ...conversion.otherRoutes].map(({ object }) => object));
  await using traefik = await startAfter({
    api,
    chartValues: conversion.chartValues,
    entryPointPorts,
    apiPort: ports.api,
    acme: { storage, environment: environmentOf(conversion) },
  });
  const deadline = Date.now() + timeout;
  while (true) {
    const shown = await certificate();
    if (!shown.issuer.includes("TRAEFIK")) return shown;
    if (Date.now() > deadline) throw new Error(`no certificate came: ${complaints(traefik.log)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The last errors of Traefik's log, for a failure's message. */
function complaints(log: readonly LogLine[]): string {
  const lines = log.filter(({ level }) => level === "error" || level === "warn").slice(-5);
  return lines.map(({ message, error }) => `${message} ${error ?? ""}`).join("\n");
}

/** The variables of Traefik's container: from the Secrets that the values name. */
function environmentOf(conversion: RoutingConversion): Record<string, string> {
  const list = (conversion.chartValues["env"] ?? []) as {
    name: string;
    valueFrom: { secretKeyRef: { name: string; key: string } };
  }[];
  return Object.fromEntries(
    list.map((
      { name, valueFrom: { secretKeyRef } },
    ) => [name, secretOf(conversion, secretKeyRef.name)[secretKeyRef.key] ?? ""]),
  );
}

function certificate(): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port: entryPointPorts.websecure,
      servername: host,
      rejectUnauthorized: false,
    }, () => {
      const { issuer, serialNumber } = socket.getPeerCertificate() as unknown as {
        issuer: Json;
        serialNumber: string;
      };
      socket.destroy();
      resolve({ issuer: String(issuer["CN"]), serialNumber });
    });
    socket.on("error", reject);
  });
}
