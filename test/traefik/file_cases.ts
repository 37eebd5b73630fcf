/** Dynamic files that go through the real file provider and through ours. */

export interface FileCase {
  readonly why: string;
  readonly text: string;
  /** The code of the finding where Traefik refuses the file. */
  readonly refused?: string;
}

const service = "services: { s: { loadBalancer: { servers: [{ url: http://x }] } } }";

export const fileCases: readonly FileCase[] = [
  {
    why: "a router and a service",
    text: `http: { routers: { r: { rule: Host(\`a\`), service: s } }, ${service} }`,
  },
  {
    why: "a folded rule keeps its line break",
    text:
      "http:\n  routers:\n    r:\n      service: s\n      rule: >\n        Host(`a`) ||\n        Host(`b`)\n",
  },
  {
    why: "lists and texts with commas",
    text:
      "http: { routers: { r: { entryPoints: 'a, b', middlewares: [x, ' y '], service: s, rule: Host(`a`) } } }",
  },
  {
    why: "numbers, booleans and durations",
    text:
      "http: { services: { s: { loadBalancer: { passHostHeader: false, responseForwarding: { flushInterval: 5 } } } } }",
  },
  {
    why: "a number as a text",
    text: "http: { middlewares: { m: { redirectScheme: { scheme: https, port: 8443 } } } }",
  },
  {
    why: "a boolean as a text",
    text: "http: { middlewares: { m: { headers: { customRequestHeaders: { X-A: true, X-B: 3 } } } } }",
  },
  {
    why: "a text as a number",
    text: "http: { routers: { r: { rule: Host(`a`), priority: '7', service: s } } }",
  },
  {
    why: "null is absent",
    text:
      "http:\n  routers:\n  middlewares:\n    m:\n      compress:\n    n:\n      addPrefix:\n        prefix: /x\n",
  },
  {
    why: "empty structs that may be empty",
    text:
      "http: { middlewares: { m: { compress: {} }, n: { contentType: {} } }, routers: { r: { rule: Host(`a`), service: s, tls: {} } } }",
  },
  {
    why: "structs switched off",
    text:
      "http: { middlewares: { m: { compress: false } }, routers: { r: { rule: Host(`a`), service: s, tls: false } } }",
  },
  {
    why: "a struct switched on by text",
    text: "http: { routers: { r: { rule: Host(`a`), service: s, tls: 'true' } } }",
  },
  { why: "servers as an empty map", text: "http: { services: { s: { loadBalancer: { servers: {} } } } }" },
  {
    why: "no servers at all",
    text: "http: { services: { s: { loadBalancer: {} } } }",
    refused: "traefik-file-refused",
  },
  {
    why: "weighted, mirroring, failover",
    text:
      "http: { services: { w: { weighted: { services: [{ name: a, weight: 3 }, { name: b }], sticky: { cookie: {} } } }, m: { mirroring: { service: a, mirrors: [{ name: b, percent: 10 }] } }, f: { failover: { service: a, fallback: b, healthCheck: {} } } } }",
  },
  {
    why: "highest random weight",
    text: "http: { services: { h: { highestRandomWeight: { services: [{ name: a, weight: 2 }] } } } }",
  },
  {
    why: "a servers transport",
    text:
      "http: { serversTransports: { t: { serverName: x, insecureSkipVerify: true, forwardingTimeouts: { dialTimeout: 1500ms } } } }",
  },
  {
    why: "TCP",
    text:
      "tcp: { routers: { r: { rule: HostSNI(`*`), service: s, entryPoints: [web], tls: { passthrough: true } } }, services: { s: { loadBalancer: { servers: [{ address: 'x:1' }] } } }, middlewares: { m: { inFlightConn: { amount: 2 } } } }",
  },
  {
    why: "UDP",
    text:
      "udp: { routers: { r: { entryPoints: [dns], service: s } }, services: { s: { loadBalancer: { servers: [{ address: 'x:1' }] } }, w: { weighted: { services: [{ name: s }] } } } }",
  },
  {
    why: "TLS options",
    text:
      "tls: { options: { default: { sniStrict: true, minVersion: VersionTLS12, cipherSuites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] }, o: { clientAuth: { clientAuthType: RequestClientCert }, alpnProtocols: [h2] } } }",
  },
  {
    why: "a default store",
    text:
      "tls: { stores: { default: { defaultGeneratedCert: { resolver: le, domain: { main: a, sans: [b] } } } } }",
  },
  {
    why: "a section that does not exist is not looked at",
    text: "htttp: { x: 1 }\nhttp: { middlewares: { m: { addPrefix: { prefix: /x } } } }",
  },
  { why: "sections in another case", text: "HTTP: { Middlewares: { M: { AddPrefix: { Prefix: /x } } } }" },
  {
    why: "names keep their case",
    text:
      "http: { middlewares: { Auth: { addPrefix: { prefix: /x } }, auth: { addPrefix: { prefix: /y } } } }",
  },
  {
    why: "a plugin keeps types of lists and texts of scalars",
    text: "http: { middlewares: { m: { plugin: { p: { a: x, n: { b: y } } } } } }",
  },
  {
    why: "env and sprig",
    text: "http: { middlewares: { m: { addPrefix: { prefix: '/{{ env \"PREFIX\" | upper }}' } } } }",
  },
  {
    why: "a range over an environment variable",
    text:
      'http:\n  middlewares:\n{{ range $i, $p := splitList "," (env "LIST") }}    m{{ $i }}:\n      addPrefix:\n        prefix: /{{ $p }}\n{{ end }}',
  },
  {
    why: "a condition",
    text:
      'http:\n  middlewares:\n    m:\n      addPrefix:\n        prefix: {{ if eq (env "PREFIX") "abc" }}/yes{{ else }}/no{{ end }}\n',
  },
  {
    why: "trim markers",
    text:
      'http:\n  middlewares:\n    {{- /* nothing */}}\n    m: { addPrefix: { prefix: "/{{- env "PREFIX" -}}" } }\n',
  },
  {
    why: "an anchor and its alias",
    text: "x: &p { addPrefix: { prefix: /x } }\nhttp: { middlewares: { m: *p, n: *p } }",
  },
  {
    why: "a merged map",
    text:
      "x: &p { prefix: /x }\nhttp: { middlewares: { m: { addPrefix: { <<: *p } }, n: { addPrefix: { <<: *p, prefix: /y } } } }",
  },
  {
    why: "an unknown field",
    text: "http: { routers: { r: { rulez: x } } }",
    refused: "traefik-file-refused",
  },
  {
    why: "one bad element refuses all",
    text: "http: { middlewares: { m: { addPrefix: { prefix: /x } }, n: { foo: {} } } }",
    refused: "traefik-file-refused",
  },
  { why: "an empty section", text: "http: { middlewares: {} }", refused: "traefik-file-refused" },
  {
    why: "a bad number",
    text: "http: { routers: { r: { rule: x, priority: high } } }",
    refused: "traefik-file-refused",
  },
  { why: "no YAML", text: "http: [", refused: "traefik-file-refused" },
  {
    why: "a key twice",
    text:
      "http:\n  middlewares:\n    m: { addPrefix: { prefix: /x } }\n    m: { addPrefix: { prefix: /y } }\n",
    refused: "traefik-file-refused",
  },
  {
    why: "a function that does not exist",
    text: "http: { middlewares: { m: { addPrefix: { prefix: '/{{ nope }}' } } } }",
    refused: "traefik-template-unknown",
  },
];
