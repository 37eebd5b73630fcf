/**
 * Labels that go through the real docker provider and through ours. `§` is replaced by the case's number, so that
 * cases of one run do not meet each other.
 */
import type { ContainerCase } from "./stack_fixture.ts";

export interface LabelCase {
  readonly why: string;
  /** Containers of the case, each a list of `label=value`. */
  readonly containers: readonly Omit<ContainerCase, "labels">[];
  readonly labels: readonly (readonly string[])[];
  /** The code of a finding that has to be there. */
  readonly finding?: string;
}

type Extra = Omit<ContainerCase, "labels"> & { readonly finding?: string };

function one(why: string, labels: readonly string[], extra: Extra = {}): LabelCase {
  const { finding, ...container } = extra;
  return { why, containers: [container], labels: [labels], ...(finding === undefined ? {} : { finding }) };
}

function several(why: string, labels: readonly (readonly string[])[], finding?: string): LabelCase {
  return { why, containers: labels.map(() => ({})), labels, ...(finding === undefined ? {} : { finding }) };
}

const refused = { finding: "traefik-label-refused" };
const router = "traefik.http.routers.r§";
const service = "traefik.http.services.s§.loadbalancer";
const middleware = "traefik.http.middlewares.m§";
const rule = `${router}.rule=Host(\`h§.example\`)`;

const enabling: LabelCase[] = [
  ...["true", "1", "t", "T", "TRUE", "True", "false", "0", "f", "F", "FALSE", "False"].map((value) =>
    one(`enable=${value}`, [`traefik.enable=${value}`, rule])
  ),
  ...["yes", "on", "", "no", " true", "tRuE", "2"].map((value) =>
    one(`enable="${value}" is no boolean`, [`traefik.enable=${value}`, rule], refused)
  ),
  one("the prefix matches a label that does not exist", ["traefik.enabled=true", rule], refused),
  one("upper case of enable", ["traefik.Enable=false", rule]),
  one("upper-case root of enable", ["Traefik.enable=true", rule], refused),
  one("no label at all", []),
  one("a label of somebody else", ["maintainer=x", "com.example.traefik.http=y"]),
  one("docker.network", ["traefik.docker.network=cases_default", rule]),
  one("docker.network that does not exist", ["traefik.docker.network=nope", rule]),
  one("docker.lbswarm", ["traefik.docker.lbswarm=true", rule]),
  one("docker.lbswarm with a bad value", ["traefik.docker.lbswarm=maybe", rule], refused),
  one("docker.unknown", ["traefik.docker.unknown=x", rule], refused),
  one("docker.allownonrunning", ["traefik.docker.allownonrunning=true", rule]),
];

const forms: LabelCase[] = [
  one("names in two cases are one router", [
    `traefik.http.routers.Foo§.rule=Host(\`a\`)`,
    `traefik.http.routers.foo§.entrypoints=web`,
  ]),
  one("sections in odd case", [
    `traefik.HTTP.Routers.R§.RULE=Host(\`a\`)`,
    `traefik.http.ROUTERS.r§.Priority=5`,
  ]),
  one("the same scalar twice in different case", [
    `${router}.Rule=Host(\`a\`)`,
    `${router}.rule=Host(\`b\`)`,
  ]),
  one("an upper-case root", [`Traefik.http.routers.r§.rule=Host(\`a\`)`], refused),
  one("an empty part", [`traefik.http.routers..rule=x`], refused),
  one("a trailing dot", [`${router}.rule.=x`], refused),
  one("a leading bracket", [`traefik.http.routers.[r§].rule=x`], refused),
  one("an unknown protocol", [`traefik.httpx.foo=1`], refused),
  one("an unknown section", [`traefik.http.foo.bar=1`], refused),
  one("an unknown field of a router", [`${router}.foo=1`, rule], refused),
  one("an unknown field of a middleware", [`${middleware}.foo.bar=1`], refused),
  one("an unknown field deep inside", [`${middleware}.headers.foo=1`], refused),
  one("a dot in a router's name", [`traefik.http.routers.a§.b.rule=x`], refused),
  one("a value on a section", [`traefik.http=x`], refused),
  one("a value on routers", [`traefik.http.routers=x`], refused),
  one("a value on a router", [`${router}=x`]),
  one("a value on a service", [`traefik.http.services.s§=x`], { finding: "traefik-container-refused" }),
  one("a value on a middleware", [`${middleware}=x`]),
  one("a value on basicauth", [`${middleware}.basicauth=true`], refused),
  one("a value on loadbalancer", [`${service}=true`], refused),
  one("a value on server", [`${service}.server=true`], refused),
  one("fields below a scalar", [`${router}.rule.x=1`], refused),
  one("fields below a boolean", [`${service}.passhostheader.x=1`], refused),
  one("fields below a list", [`${router}.entrypoints.x.y=1`], refused),
  one("an index below a list of scalars is not read", [`${router}.entrypoints[0]=web`, rule], {
    finding: "traefik-label-ignored",
  }),
  one("a name below a list of scalars is not read", [`${router}.entrypoints.web=1`, rule], {
    finding: "traefik-label-ignored",
  }),
  one("a priority that is no number", [`${router}.priority=abc`, rule], refused),
  one("an empty priority", [`${router}.priority=`, rule], refused),
  one("a priority with a sign", [`${router}.priority=+5`, rule]),
  one("a negative priority", [`${router}.priority=-5`, rule]),
  one("a priority beyond 64 bits", [`${router}.priority=9223372036854775808`, rule], refused),
  one("a priority with a fraction", [`${router}.priority=1.5`, rule], refused),
  one("a priority of zero", [`${router}.priority=0`, rule]),
  one("a hexadecimal priority", [`${router}.priority=0x10`, rule], refused),
  one("a priority with leading zeros", [`${router}.priority=007`, rule]),
  one("servers instead of server", [`${service}.servers.port=80`], refused),
  one("server with an index", [`${service}.server[0].port=80`], refused),
  one("unicode in a name", [`traefik.http.routers.ü§.rule=Host(\`a\`)`]),
  one("underscores and dashes in a name", [`traefik.http.routers.a_b-c§.rule=Host(\`a\`)`]),
];

const lists: LabelCase[] = [
  one("spaces and an empty item", [`${router}.entrypoints= web , websecure,`, rule]),
  one("an empty list", [`${router}.entrypoints=`, rule]),
  one("only a comma", [`${router}.middlewares=,`, rule]),
  one("domains in order of text", [
    rule,
    ...["10", "2", "1", "a"].map((index) => `${router}.tls.domains[${index}].main=d${index}`),
  ]),
  one("sans with spaces", [rule, `${router}.tls.domains[0].main=x`, `${router}.tls.domains[0].sans=a, b ,c`]),
  one("gaps between indices", [rule, `${router}.tls.domains[5].main=x`, `${router}.tls.domains[7].main=y`]),
  one("a domain with a value and no fields", [rule, `${router}.tls.domains[0]=x`]),
  one("domains with a value", [rule, `${router}.tls.domains=x`]),
  one("domains by name", [rule, `${router}.tls.domains.first.main=x`]),
  one("a user list with commas and spaces", [`${middleware}.basicauth.users=u:$2y$05$abc, v:{SHA}xx`]),
  one("a user with a comma is cut", [`${middleware}.basicauth.users=u:pa,ss`]),
  one("no users", [`${middleware}.basicauth.users=`]),
  one("source ranges", [`${middleware}.ipallowlist.sourcerange=10.0.0.0/8, 192.168.1.7`]),
];

const switches: LabelCase[] = [
  ...["true", "", "TRUE", "false", "foo", "1"].flatMap((value) => [
    one(`tls="${value}"`, [rule, `${router}.tls=${value}`]),
    one(`tls="${value}" with a resolver`, [rule, `${router}.tls=${value}`, `${router}.tls.certresolver=le`]),
    one(`compress="${value}"`, [`${middleware}.compress=${value}`]),
    one(`contenttype="${value}"`, [`${middleware}.contenttype=${value}`]),
    one(`sticky="${value}"`, [`${service}.sticky=${value}`]),
    one(`sticky.cookie="${value}"`, [`${service}.sticky.cookie=${value}`]),
    one(`ipstrategy="${value}"`, [
      `${middleware}.ipallowlist.ipstrategy=${value}`,
      `${middleware}.ipallowlist.sourcerange=::1`,
    ]),
    one(`tcp tls="${value}"`, [
      `traefik.tcp.routers.t§.rule=HostSNI(\`*\`)`,
      `traefik.tcp.routers.t§.tls=${value}`,
    ]),
    one(`proxyprotocol="${value}"`, [
      `traefik.tcp.routers.t§.rule=HostSNI(\`*\`)`,
      `traefik.tcp.services.t§.loadbalancer.proxyprotocol=${value}`,
    ]),
  ]),
  one("compress=false with a field", [
    `${middleware}.compress=false`,
    `${middleware}.compress.minresponsebodybytes=1`,
  ]),
  one("compress with fields", [
    `${middleware}.compress.encodings=gzip`,
    `${middleware}.compress.defaultencoding=gzip`,
  ]),
  one("compress with excluded types", [
    `${middleware}.compress.excludedcontenttypes=text/event-stream, image/png`,
  ]),
  one("sticky with a named cookie", [
    `${service}.sticky.cookie.name=c`,
    `${service}.sticky.cookie.secure=true`,
  ]),
  one("sticky with an empty path", [`${service}.sticky.cookie.path=`]),
  one(
    "sticky with every field",
    [
      "name=c",
      "secure=true",
      "httponly=true",
      "samesite=none",
      "maxage=3",
      "path=/x",
      "domain=example.org",
    ].map((field) => `${service}.sticky.cookie.${field}`),
  ),
];

const scalars: LabelCase[] = [
  ...[
    "10",
    "1m30s",
    "100ms",
    "1.5s",
    "1h",
    "0",
    "0s",
    "-1s",
    "1us",
    "2h45m",
    "1h0m0.5s",
    "90s",
    "500ns",
    "25h",
  ].map((value) => one(`duration ${value}`, [`${service}.responseforwarding.flushinterval=${value}`])),
  ...["1x", "", "abc", "1 s", "s", "1.5", ".s"].map((value) =>
    one(`duration "${value}" is refused`, [`${service}.responseforwarding.flushinterval=${value}`], refused)
  ),
  ...["10", "30s"].map((value) =>
    one(`health check every ${value}`, [`${service}.healthcheck.interval=${value}`])
  ),
  one(
    "health check with every field",
    [
      "path=/health",
      "port=9000",
      "scheme=https",
      "mode=grpc",
      "method=HEAD",
      "status=204",
      "hostname=example.org",
      "followredirects=false",
      "timeout=1m30s",
      "unhealthyinterval=3s",
      "headers.X-One=1",
      "headers.X.Two=2",
    ].map((field) => `${service}.healthcheck.${field}`),
  ),
  one("passive health check", [`${service}.passivehealthcheck.failurewindow=5`]),
  one("passhostheader=false", [`${service}.passhostheader=false`]),
  one("passhostheader with a bad value", [`${service}.passhostheader=nope`], refused),
  one("strategy", [`${service}.strategy=p2c`]),
  one("a transport of a file", [`${service}.serverstransport=st@file`]),
  one("terminationdelay is milliseconds", [
    `traefik.tcp.routers.t§.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.terminationdelay=0`,
  ]),
  one("terminationdelay with a unit", [
    `traefik.tcp.routers.t§.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.terminationdelay=100ms`,
  ], refused),
  one("observability", [
    rule,
    `${router}.observability.accesslogs=false`,
    `${router}.observability.tracing=true`,
  ]),
  one("traceverbosity", [rule, `${router}.observability.traceverbosity=detailed`]),
  one("a rule with spaces around it", [`${router}.rule=  Host(\`a\`)  `]),
  one("a rule with a line break", [`${router}.rule=Host(\`a\`) ||\n Host(\`b\`)`]),
  one("a rule syntax", [rule, `${router}.rulesyntax=v2`]),
];

const headers: LabelCase[] = [
  one("a comma in a header stays", [`${middleware}.headers.customrequestheaders.X-Foo=a,b`]),
  one("a dot in a header's name", [`${middleware}.headers.customresponseheaders.X.Dot=v`]),
  one("two dots in a header's name", [`${middleware}.headers.customresponseheaders.X.A.B=v`]),
  one("an empty header deletes it", [`${middleware}.headers.customresponseheaders.Server=`]),
  one("header names in two cases", [
    `${middleware}.headers.customresponseheaders.X-A=1`,
    `${middleware}.headers.customresponseheaders.x-a=2`,
  ]),
  one("a header and one below it", [
    `${middleware}.headers.customresponseheaders.X=1`,
    `${middleware}.headers.customresponseheaders.X.Y=2`,
  ]),
  one("obsolete fields", [`${middleware}.headers.sslredirect=true`, `${middleware}.headers.featurepolicy=x`]),
  one("false obsolete fields are kept as pointers", [
    `${middleware}.headers.sslredirect=false`,
    `${middleware}.headers.sslhost=`,
  ]),
  one(
    "security headers",
    [
      "stsseconds=31536000",
      "stsincludesubdomains=true",
      "stspreload=true",
      "forcestsheader=true",
      "framedeny=true",
      "contenttypenosniff=true",
      "browserxssfilter=true",
      "referrerpolicy=no-referrer",
      "contentsecuritypolicy=default-src 'self'; img-src a, b",
    ].map((field) => `${middleware}.headers.${field}`),
  ),
  one("false and zero are left out", [
    `${middleware}.headers.framedeny=false`,
    `${middleware}.headers.stsseconds=0`,
  ]),
  one("a header's map with a value", [`${middleware}.headers.customrequestheaders=x`], refused),
];

const plugins: LabelCase[] = [
  one("a plugin's values are texts", [
    `${middleware}.plugin.dev.Foo.Bar=1`,
    `${middleware}.plugin.dev.list=a,b`,
  ]),
  one("a plugin's lists", [`${middleware}.plugin.dev.arr[0].x=y`, `${middleware}.plugin.dev.arr[1].x=z`]),
  one("a plugin's list of texts", [`${middleware}.plugin.dev.arr[0]=y`, `${middleware}.plugin.dev.arr[1]=z`]),
  one("two plugins", [`${middleware}.plugin.a.x=1`, `${middleware}.plugin.b.x=2`]),
  one("a plugin with a value", [`${middleware}.plugin.dev=x`]),
  one("a plugin's key twice in different case", [
    `${middleware}.plugin.dev.Foo=1`,
    `${middleware}.plugin.dev.foo=2`,
  ]),
];

const services: LabelCase[] = [
  one("the lowest port", [rule], { ports: ["9000", "443", "53/udp"] }),
  one("no port", [rule], { ports: [], finding: "traefik-port-unknown" }),
  one("no port and only a middleware", [`${middleware}.addprefix.prefix=/x`], {
    ports: [],
    finding: "traefik-port-unknown",
  }),
  one("no port and a router to the API", [rule, `${router}.service=api@internal`], {
    ports: [],
    finding: "traefik-port-unknown",
  }),
  one("a port by label", [`${service}.server.port=8080`, rule], { ports: [] }),
  one("a port that is not exposed", [`${service}.server.port=8080`, rule]),
  one("a port that is no number", [`${service}.server.port=http`, rule]),
  one("an empty port by label", [`${service}.server.port=`, rule]),
  one("scheme, weight and port", [
    `${service}.server.scheme=h2c`,
    `${service}.server.weight=2`,
    `${service}.server.port=8080`,
  ]),
  one("weight of zero", [`${service}.server.weight=0`]),
  one("preservepath", [`${service}.server.preservepath=true`]),
  one("a URL", [`${service}.server.url=http://elsewhere:90/x`]),
  one("a URL and a port", [`${service}.server.url=http://x`, `${service}.server.port=1`], {
    finding: "traefik-container-refused",
  }),
  one("a URL and a scheme", [`${service}.server.url=http://x`, `${service}.server.scheme=https`], {
    finding: "traefik-container-refused",
  }),
  one("a weighted service", [`traefik.http.services.w§.weighted.services[0].name=x`], {
    finding: "traefik-container-refused",
  }),
  one("a weighted service beside a good one", [
    `${service}.server.port=80`,
    `traefik.http.services.w§.weighted.services[0].name=x`,
  ], { finding: "traefik-container-refused" }),
  one("mirroring", [`traefik.http.services.w§.mirroring.service=x`], {
    finding: "traefik-container-refused",
  }),
  one("failover", [`traefik.http.services.w§.failover.service=x`], { finding: "traefik-container-refused" }),
  one("an unknown field of a weighted service", [`traefik.http.services.w§.weighted.foo=x`], refused),
  one(
    "a transport by label is ignored",
    [`traefik.http.serverstransports.st§.insecureskipverify=true`, rule],
    {
      finding: "traefik-label-ignored",
    },
  ),
  one("an unknown field of a transport", [`traefik.http.serverstransports.st§.foo=true`, rule], refused),
  one("two services and no router", [
    `${service}.server.port=80`,
    `traefik.http.services.u§.loadbalancer.server.port=81`,
  ], {
    finding: "traefik-no-router",
  }),
  one("two services and a router without one", [
    rule,
    `${service}.server.port=80`,
    `traefik.http.services.u§.loadbalancer.server.port=81`,
  ], { finding: "traefik-router-dropped" }),
  one("two services and a router with one", [
    rule,
    `${router}.service=u§`,
    `${service}.server.port=80`,
    `traefik.http.services.u§.loadbalancer.server.port=81`,
  ]),
  one("a service of a file", [rule, `${router}.service=nope@file`]),
  one("a service that does not exist", [rule, `${router}.service=nope`]),
  one("two routers, one service", [rule, `traefik.http.routers.q§.rule=Host(\`q\`)`]),
  one("no rule", [`${router}.entrypoints=web`]),
  one("an empty rule", [`${router}.rule=`]),
  one("nothing but enable", [`traefik.enable=true`]),
  one("host network with a port", [rule, `${service}.server.port=80`], { networkMode: "host" }),
  one("host network without a port", [rule], { networkMode: "host", finding: "traefik-container-refused" }),
];

const obsolete: LabelCase[] = [
  "traefik.frontend.rule=Host:a",
  "traefik.port=99",
  "traefik.backend=x",
  "traefik.tls.options.default.minversion=VersionTLS12",
  "traefik.tls.certificates[0].certfile=x",
  "traefik.tls.stores.other.defaultgeneratedcert.resolver=x",
].map((label) => one(`${label} is not read`, [label, rule], { finding: "traefik-label-ignored" }));

const tcp = "traefik.tcp.routers.t§";
const streams: LabelCase[] = [
  one("a TCP router alone", [`${tcp}.rule=HostSNI(\`*\`)`]),
  one("a TCP router without a rule", [`${tcp}.entrypoints=web`], { finding: "traefik-router-dropped" }),
  one("a TCP service alone", [`traefik.tcp.services.t§.loadbalancer.server.port=1`]),
  one("a TCP service with TLS", [
    `${tcp}.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.server.tls=true`,
  ]),
  one("an address cannot be set", [
    `${tcp}.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.server.address=x:1`,
  ]),
  one("TCP with an HTTP middleware", [`${tcp}.rule=HostSNI(\`*\`)`, `${middleware}.addprefix.prefix=/x`]),
  one("TCP with an HTTP router", [`${tcp}.rule=HostSNI(\`*\`)`, rule]),
  one("TCP passthrough", [`${tcp}.rule=HostSNI(\`a\`)`, `${tcp}.tls.passthrough=true`]),
  one("TCP with every field", [
    `${tcp}.rule=HostSNI(\`a\`)`,
    `${tcp}.priority=3`,
    `${tcp}.entrypoints=web`,
    `${tcp}.tls.options=o@file`,
    `${tcp}.tls.certresolver=le`,
    `${tcp}.tls.domains[0].main=a`,
    `${tcp}.middlewares=m§`,
    `traefik.tcp.middlewares.m§.inflightconn.amount=3`,
  ]),
  one("TCP health check", [
    `${tcp}.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.healthcheck.port=1`,
  ]),
  one("two TCP services", [
    `${tcp}.rule=HostSNI(\`*\`)`,
    `traefik.tcp.services.t§.loadbalancer.server.port=1`,
    `traefik.tcp.services.u§.loadbalancer.server.port=2`,
  ], { finding: "traefik-router-dropped" }),
  one("a weighted TCP service", [`traefik.tcp.services.w§.weighted.services[0].name=x`], {
    finding: "traefik-container-refused",
  }),
  one("only a TCP middleware", [`traefik.tcp.middlewares.m§.inflightconn.amount=3`]),
  one("a UDP router", [`traefik.udp.routers.u§.entrypoints=dns`], { ports: ["53/udp"] }),
  one("a UDP service", [
    `traefik.udp.routers.u§.entrypoints=dns`,
    `traefik.udp.services.u§.loadbalancer.server.port=5353`,
  ]),
  one("two UDP services", [
    `traefik.udp.routers.u§.entrypoints=dns`,
    `traefik.udp.services.u§.loadbalancer.server.port=1`,
    `traefik.udp.services.v§.loadbalancer.server.port=2`,
  ], { finding: "traefik-router-dropped" }),
  one("TCP and UDP together", [`${tcp}.rule=HostSNI(\`*\`)`, `traefik.udp.routers.u§.entrypoints=dns`]),
  one("UDP has no rule", [`traefik.udp.routers.u§.rule=x`], refused),
  one("UDP has no middlewares", [`traefik.udp.middlewares.m§.x=1`], refused),
];

const together: LabelCase[] = [
  several("equal routers are one", [[rule, `${router}.service=s§`, `${service}.server.port=80`], [
    rule,
    `${router}.service=s§`,
    `${service}.server.port=80`,
  ]]),
  several(
    "different routers are deleted",
    [[rule, `${router}.priority=1`], [rule, `${router}.priority=2`]],
    "traefik-defined-twice",
  ),
  several("routers of implicit services differ", [[rule], [rule]], "traefik-defined-twice"),
  several("servers are merged", [[`${service}.server.port=80`], [`${service}.server.port=81`]]),
  several("services that differ are deleted", [
    [`${service}.server.port=80`],
    [`${service}.server.port=80`, `${service}.passhostheader=false`],
  ], "traefik-defined-twice"),
  several("three services, one different", [
    [`${service}.server.port=80`],
    [`${service}.server.port=80`, `${service}.strategy=p2c`],
    [`${service}.server.port=80`],
  ], "traefik-defined-twice"),
  several("equal middlewares are one", [[`${middleware}.addprefix.prefix=/a`], [
    `${middleware}.addprefix.prefix=/a`,
  ]]),
  several("different middlewares are deleted", [
    [`${middleware}.addprefix.prefix=/a`],
    [`${middleware}.addprefix.prefix=/b`],
  ], "traefik-defined-twice"),
  several("names of two containers count case", [[`traefik.http.middlewares.M§.addprefix.prefix=/a`], [
    `traefik.http.middlewares.m§.addprefix.prefix=/b`,
  ]]),
  several("a middleware of another container", [[rule, `${router}.middlewares=m§`], [
    `${middleware}.addprefix.prefix=/a`,
  ]]),
  several("one container is refused, the other stays", [[rule, `${router}.foo=1`], [
    `${middleware}.addprefix.prefix=/a`,
  ]], "traefik-label-refused"),
  several("TCP servers are merged", [
    [`traefik.tcp.services.t§.loadbalancer.server.port=1`],
    [`traefik.tcp.services.t§.loadbalancer.server.port=2`],
  ]),
  several("TCP services that differ", [
    [`traefik.tcp.services.t§.loadbalancer.server.port=1`],
    [`traefik.tcp.services.t§.loadbalancer.proxyprotocol.version=1`],
  ], "traefik-defined-twice"),
  several("equal TCP middlewares", [
    [`traefik.tcp.middlewares.m§.inflightconn.amount=3`],
    [`traefik.tcp.middlewares.m§.inflightconn.amount=3`],
  ]),
  several("different TCP middlewares", [
    [`traefik.tcp.middlewares.m§.inflightconn.amount=3`],
    [`traefik.tcp.middlewares.m§.inflightconn.amount=4`],
  ], "traefik-defined-twice"),
];

/** All of them. */
export const labelCases: readonly LabelCase[] = [
  ...enabling,
  ...forms,
  ...lists,
  ...switches,
  ...scalars,
  ...headers,
  ...plugins,
  ...services,
  ...obsolete,
  ...streams,
  ...together,
];

/** The containers of a case, with its number in place of `§`. */
export function containersOfCase(labelCase: LabelCase, number: number): [string, ContainerCase][] {
  return labelCase.labels.map((labels, index) => [
    `c${number}-${index}`,
    {
      ...labelCase.containers[index],
      labels: Object.fromEntries(labels.map((label) => {
        const text = label.replaceAll("§", String(number));
        const equals = text.indexOf("=");
        return [text.slice(0, equals), text.slice(equals + 1)];
      })),
    },
  ]);
}
