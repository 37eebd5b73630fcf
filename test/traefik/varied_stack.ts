/** A stack of the project's own that uses what FAF's does not: every kind of service, middleware and protocol. */
import type { ContainerCase } from "./stack_fixture.ts";

const router = (
  name: string,
  rule: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> =>
  Object.fromEntries([
    [`traefik.http.routers.${name}.rule`, rule],
    [`traefik.http.routers.${name}.entrypoints`, "web"],
    ...Object.entries(more).map(([field, value]) => [`traefik.http.routers.${name}.${field}`, value]),
  ]);

const middleware = (name: string, fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [`traefik.http.middlewares.${name}.${field}`, value]),
  );

/** The compose services, by name. */
export const variedContainers: ReadonlyMap<string, ContainerCase> = new Map([
  ["shop", {
    ports: ["8080"],
    labels: {
      ...router("shop", "Host(`shop.example`)"),
      ...router("shop-api", "Host(`shop.example`) && PathPrefix(`/api`)", {
        middlewares: "strip-api,tag@file",
      }),
      ...router("shop-admin", "Host(`shop.example`) && PathPrefix(`/admin`)", {
        middlewares: "admin-users",
        priority: "900",
      }),
      ...router("shop-old", "Host(`old.example`) || HostRegexp(`^[a-z]+\\.old\\.example$`)", {
        middlewares: "to-shop",
      }),
      ...middleware("strip-api", { "stripprefix.prefixes": "/api" }),
      ...middleware("admin-users", {
        "basicauth.users": "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "basicauth.realm": "Admins",
      }),
      ...middleware("to-shop", {
        "redirectregex.regex": "^http://(.*)old.example/(.*)",
        "redirectregex.replacement": "http://shop.example/${2}",
        "redirectregex.permanent": "true",
      }),
    },
  }],
  ["wiki", {
    ports: ["3000"],
    labels: {
      ...router("wiki", "Host(`wiki.example`)", { middlewares: "wiki-all" }),
      ...router("wiki-path", "PathPrefix(`/wiki`) && !Host(`shop.example`)", {
        middlewares: "add-wiki",
        priority: "5",
      }),
      ...router("wiki-header", "Host(`wiki.example`) && HeaderRegexp(`X-Kind`, `^b`)", {
        service: "split@file",
      }),
      ...middleware("wiki-all", { "chain.middlewares": "secure,limit-local,replace" }),
      ...middleware("secure", {
        "headers.framedeny": "true",
        "headers.stsseconds": "600",
        "headers.forcestsheader": "true",
        "headers.customresponseheaders.X-Wiki": "yes",
        "headers.customresponseheaders.X-Backend-Gone": "",
        "headers.customrequestheaders.X-Asked": "wiki",
      }),
      ...middleware("limit-local", { "ipallowlist.sourcerange": "127.0.0.1/32" }),
      ...middleware("replace", {
        "replacepathregex.regex": "^/page/(.*)",
        "replacepathregex.replacement": "/w/$1",
      }),
      ...middleware("add-wiki", { "addprefix.prefix": "/added" }),
    },
  }],
  ["pages", {
    ports: ["80"],
    labels: {
      ...router("pages", "Host(`pages.example`)", { middlewares: "errors" }),
      ...router("pages-none", "Host(`pages.example`) && Path(`/none`)", {
        middlewares: "errors",
        service: "nobody@file",
      }),
      ...router("pages-blocked", "Host(`pages.example`) && PathPrefix(`/blocked`)", {
        middlewares: "far-away",
      }),
      ...middleware("errors", {
        "errors.status": "500-599",
        "errors.query": "/error/{status}",
        "errors.service": "pages",
      }),
      ...middleware("far-away", {
        "ipallowlist.sourcerange": "192.0.2.0/24",
        "ipallowlist.rejectstatuscode": "451",
      }),
      "traefik.http.services.pages.loadbalancer.server.port": "80",
    },
  }],
  ["gate", {
    ports: ["9000"],
    labels: {
      ...router("gate", "Host(`gate.example`)", { middlewares: "ask-shop" }),
      ...middleware("ask-shop", {
        "forwardauth.address": "http://shop:8080/auth",
        "forwardauth.trustforwardheader": "true",
      }),
    },
  }],
  ["stream", {
    ports: ["7000"],
    labels: {
      "traefik.tcp.routers.stream.rule": "HostSNI(`*`)",
      "traefik.tcp.routers.stream.entrypoints": "raw",
      "traefik.tcp.routers.stream.middlewares": "few",
      "traefik.tcp.middlewares.few.inflightconn.amount": "50",
      "traefik.tcp.routers.tls.rule": "HostSNI(`stream.example`)",
      "traefik.tcp.routers.tls.entrypoints": "secure",
      "traefik.tcp.routers.tls.tls": "true",
      "traefik.tcp.services.stream.loadbalancer.server.port": "7000",
    },
  }],
  ["safe", {
    ports: ["8443"],
    labels: Object.fromEntries([
      ["traefik.http.routers.safe.rule", "Host(`safe.example`)"],
      ["traefik.http.routers.safe.entrypoints", "secure"],
      ["traefik.http.routers.safe.tls", "true"],
      ["traefik.http.routers.safe.tls.options", "modern@file"],
    ]),
  }],
]);

/** The static configuration. */
export const variedStatic = `
entryPoints:
  web: { address: ":80", http: { middlewares: [seen@file] } }
  secure: { address: ":443" }
  raw: { address: ":7000" }
providers:
  docker: {}
  file: { filename: /etc/traefik/dynamic.yml }
`;

/** The dynamic file; certificates lie beside it. */
export const variedDynamic = `
http:
  routers:
    plain: { rule: "Host(\`{{ env "PLAIN_HOST" }}\`)", entryPoints: [web], service: mirrored }
    weighted: { rule: "Host(\`weighted.example\`)", entryPoints: [web], service: split, middlewares: [tag] }
  services:
    split: { weighted: { services: [{ name: to-wiki, weight: 1 }] } }
    to-wiki: { loadBalancer: { servers: [{ url: "http://wiki:3000" }] } }
    mirrored: { mirroring: { service: to-wiki, mirrors: [{ name: to-pages, percent: 10 }] } }
    to-pages: { loadBalancer: { servers: [{ url: "http://pages:80" }], passHostHeader: false } }
    nobody: { loadBalancer: { servers: {} } }
  middlewares:
    tag: { headers: { customResponseHeaders: { X-Tag: file } } }
    seen: { headers: { customResponseHeaders: { X-Seen: entry } } }
tls:
  options:
    modern: { minVersion: VersionTLS13 }
  certificates:
    - { certFile: /etc/traefik/certificate.pem, keyFile: /etc/traefik/key.pem }
`;
