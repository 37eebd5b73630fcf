/** `acme: false`, `defaultCertificate` and `sniStrict`: what the real Traefik then serves to which name. */
import { deepStrictEqual, match } from "node:assert/strict";
import { connect } from "node:tls";
import { convertRouting, type RoutingConversion } from "../../lib/kube/traefik/convert_routing.ts";
import { traefikDecisions, type TraefikDecisionValues } from "../../lib/decisions/traefik.ts";
import { readRouting } from "../../lib/traefik/read_routing.ts";
import { makeCertificate } from "./certificate.ts";
import { isIsolated } from "./namespace.ts";
import { say } from "./say.ts";
import { startAfter, startApi, type TestApi } from "./side_after.ts";
import { exposedPortsOf, projectOf } from "./stack_fixture.ts";

const NAMESPACE = "given";
const COVERED = "www.ferry.example";
const FOREIGN = "www.other.example";
const entryPointPorts = { web: 11080, websecure: 11443 };

/** A stack that fetched its certificates and refuses names that it has none for, as FAF's does. */
const STATIC = JSON.stringify({
  entryPoints: { web: { address: ":80" }, secure: { address: ":443" } },
  certificatesResolvers: {
    letters: { acme: { email: "a@ferry.example", storage: "/a.json", tlsChallenge: {} } },
  },
});
const DYNAMIC = JSON.stringify({ tls: { options: { default: { sniStrict: true } } } });

interface Case {
  readonly name: string;
  readonly decisions: TraefikDecisionValues;
  /** The findings that keep the stack from being moved. */
  readonly errors: readonly string[];
  /** By the name that the client asks for: whose certificate it is shown, or that the handshake is refused. */
  readonly shown: Readonly<Record<string, string>>;
}

const GIVEN = { certificate: "certificate.pem", key: "key.pem" };
const CASES: readonly Case[] = [
  {
    name: "a given certificate is served to its names, and others are refused",
    decisions: { acme: false, defaultCertificate: GIVEN },
    errors: [],
    shown: { [COVERED]: "routing", [FOREIGN]: "refused" },
  },
  {
    name: "without strictness it is served to every name",
    decisions: { acme: false, defaultCertificate: GIVEN, sniStrict: false },
    errors: [],
    shown: { [COVERED]: "routing", [FOREIGN]: "routing" },
  },
  {
    name: "without any certificate Traefik shows one of its own",
    decisions: { acme: false, sniStrict: false },
    errors: [],
    shown: { [COVERED]: "TRAEFIK DEFAULT CERT", [FOREIGN]: "TRAEFIK DEFAULT CERT" },
  },
  {
    name: "what the finding says is true: strict and without a certificate, everybody is refused",
    decisions: { acme: false },
    errors: ["traefik-sni-strict"],
    shown: { [COVERED]: "refused", [FOREIGN]: "refused" },
  },
];

Deno.test({
  name: "the certificates that decisions give are what the real Traefik serves",
  ignore: !isIsolated(),
  fn: async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "given" });
    await makeCertificate(folder, [COVERED]);
    const [certificate, key] = await Promise.all(
      ["certificate.pem", "key.pem"].map((file) => Deno.readTextFile(`${folder}/${file}`)),
    );
    for (const { name, decisions, errors, shown } of CASES) {
      await t.step(name, async () => {
        const result = convert(decisions, { certificate: certificate ?? "", key: key ?? "" });
        const found = result.findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
        deepStrictEqual(found, errors);
        await using api = await startApi();
        deepStrictEqual(await serve(api, result, Object.keys(shown)), shown);
      });
    }
    await Deno.remove(folder, { recursive: true });
    say(`${CASES.length} decisions about certificates, each seen at the handshake`);
  },
});

function convert(
  decisions: TraefikDecisionValues,
  given: { readonly certificate: string; readonly key: string },
): RoutingConversion {
  const containers = new Map([["web", {
    labels: {
      "traefik.http.routers.web.rule": `Host(\`${COVERED}\`) || Host(\`${FOREIGN}\`)`,
      "traefik.http.routers.web.entrypoints": "secure",
      "traefik.http.routers.web.tls.certresolver": "letters",
      "traefik.http.routers.web.service": "noop@internal",
    },
  }]]);
  const project = projectOf(containers, {});
  const routing = readRouting({
    project,
    exposedPorts: exposedPortsOf(containers),
    files: {
      static: { file: "traefik.yml", text: STATIC },
      dynamic: [{ file: "dynamic.yml", text: DYNAMIC }],
    },
  });
  return convertRouting({
    routing,
    project,
    namespace: NAMESPACE,
    decisions: traefikDecisions(decisions),
    serviceFor: (name, port) => ({ name, port }),
    ...(decisions.defaultCertificate === undefined ? {} : { certificate: given }),
  });
}

/** Applies the objects, starts Traefik with the chart's values, and asks it by each name. */
async function serve(
  api: TestApi,
  conversion: RoutingConversion,
  names: readonly string[],
): Promise<Record<string, string>> {
  await api.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
  const routes = [...conversion.routes.values()].flat();
  await api.apply([...conversion.shared, ...routes, ...conversion.otherRoutes].map(({ object }) => object));
  await using traefik = await startAfter({
    api,
    chartValues: conversion.chartValues,
    entryPointPorts,
    apiPort: 11090,
  });
  const shown: Record<string, string> = {};
  for (const name of names) shown[name] = await certificateFor(name);
  const complaints = traefik.log.filter(({ level }) => level === "error").map(({ message }) => message);
  deepStrictEqual(complaints.filter((message) => /resolver|certificate/i.test(message)), []);
  match(JSON.stringify(await traefik.rawdata()), /web/);
  return shown;
}

/** The common name of the certificate that a client is shown who asks for the name; `refused` where none is. */
function certificateFor(servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: "127.0.0.1", port: entryPointPorts.websecure, servername, rejectUnauthorized: false },
      () => {
        // The edge: `subject` of a TLS certificate.
        const { subject } = socket.getPeerCertificate() as unknown as { readonly subject: { CN: string } };
        socket.destroy();
        resolve(subject.CN);
      },
    );
    socket.on(
      "error",
      (error: Error & { readonly code?: string }) =>
        /alert|unrecogni[sz]ed|EPROTO/i.test(`${error.code} ${error.message}`)
          ? resolve("refused")
          : reject(error),
    );
  });
}
