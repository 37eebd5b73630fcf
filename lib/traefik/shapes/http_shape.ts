/** The shape of `http`: routers, services, transports, as of Traefik v3.7 (pkg/config/dynamic/http_config.go). */
import {
  allowEmpty,
  boolean,
  duration,
  integer,
  list,
  map,
  notInLabels,
  pointer,
  since,
  string,
  struct,
  structs,
} from "./shape.ts";
import { middleware } from "./middleware_shape.ts";
import { certificate, domain } from "./tls_shape.ts";

const healthCheckOfChildren = allowEmpty(struct({}));

const observability = struct({
  accessLogs: pointer(boolean),
  metrics: pointer(boolean),
  tracing: pointer(boolean),
  traceVerbosity: string,
}, { traceVerbosity: "minimal" });

const routerTls = struct({ options: string, certResolver: string, domains: structs(domain) });

const router = struct({
  entryPoints: list,
  middlewares: list,
  service: string,
  rule: string,
  parentRefs: since("3.6", notInLabels(list)),
  ruleSyntax: string,
  priority: integer,
  tls: allowEmpty(routerTls),
  observability,
  defaultRule: { shape: boolean, notInLabels: true, notInFiles: true },
});

const cookie = struct({
  name: string,
  secure: boolean,
  httpOnly: boolean,
  sameSite: string,
  maxAge: integer,
  path: pointer(string),
  domain: string,
}, { path: "/" });

const sticky = struct({ cookie: allowEmpty(cookie) });

const server = struct({
  url: string,
  weight: pointer(integer),
  preservePath: boolean,
  fenced: { shape: boolean, notInLabels: true, notInFiles: true },
  scheme: { shape: string, notInFiles: true },
  port: { shape: string, notInFiles: true },
});

const healthCheck = struct({
  scheme: string,
  mode: string,
  path: string,
  method: string,
  status: integer,
  port: integer,
  interval: duration,
  unhealthyInterval: pointer(duration),
  timeout: duration,
  hostname: string,
  followRedirects: pointer(boolean),
  headers: map(string),
}, { mode: "http", interval: "30s", timeout: "5s", followRedirects: true });

export const loadBalancer = struct({
  sticky: allowEmpty(sticky),
  servers: structs(server, "server"),
  strategy: string,
  healthCheck,
  passiveHealthCheck: struct({ failureWindow: duration, maxFailedAttempts: integer }, {
    failureWindow: "10s",
    maxFailedAttempts: 1,
  }),
  passHostHeader: { shape: pointer(boolean), always: true },
  responseForwarding: struct({ flushInterval: duration }, { flushInterval: "100ms" }),
  serversTransport: string,
}, { strategy: "wrr", passHostHeader: true, responseForwarding: { flushInterval: "100ms" } });

const weightedService = struct({ name: string, weight: pointer(integer) }, { weight: 1 });

const failoverErrors = struct({ maxRequestBodyBytes: pointer(integer), status: list }, {
  maxRequestBodyBytes: -1,
});

const service = struct({
  loadBalancer,
  middlewares: since("3.7", list),
  highestRandomWeight: notInLabels(struct({
    services: structs(weightedService),
    healthCheck: healthCheckOfChildren,
  })),
  weighted: notInLabels(struct({
    services: structs(weightedService),
    sticky,
    healthCheck: healthCheckOfChildren,
  })),
  mirroring: notInLabels(struct({
    service: string,
    mirrorBody: pointer(boolean),
    maxBodySize: pointer(integer),
    mirrors: structs(struct({ name: string, percent: integer })),
    healthCheck: healthCheckOfChildren,
  }, { mirrorBody: true, maxBodySize: -1 })),
  failover: notInLabels(struct({
    service: string,
    fallback: string,
    healthCheck: healthCheckOfChildren,
    errors: since("3.7", failoverErrors),
  })),
});

export const spiffe = allowEmpty(struct({ ids: list, trustDomain: string }));

const serversTransport = struct({
  serverName: string,
  insecureSkipVerify: boolean,
  rootCAs: list,
  certificates: structs(certificate),
  cipherSuites: since("3.7", list),
  minVersion: since("3.7", string),
  maxVersion: since("3.7", string),
  maxIdleConnsPerHost: integer,
  forwardingTimeouts: struct({
    dialTimeout: duration,
    responseHeaderTimeout: duration,
    idleConnTimeout: duration,
    readIdleTimeout: duration,
    pingTimeout: duration,
  }, { dialTimeout: "30s", idleConnTimeout: "1m30s", pingTimeout: "15s" }),
  disableHTTP2: boolean,
  peerCertURI: string,
  spiffe,
});

export const http = struct({
  routers: map(router),
  services: map(service),
  middlewares: map(middleware),
  models: map(struct({ middlewares: list, tls: allowEmpty(routerTls), observability })),
  serversTransports: notInLabels(map(serversTransport)),
});
