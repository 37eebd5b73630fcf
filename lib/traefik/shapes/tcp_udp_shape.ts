/** The shapes of `tcp` and `udp`, as of Traefik v3.7 (pkg/config/dynamic/tcp_config.go, udp_config.go). */
import {
  allowEmpty,
  boolean,
  duration,
  integer,
  list,
  map,
  notInLabels,
  pointer,
  string,
  struct,
  structs,
} from "./shape.ts";
import { spiffe } from "./http_shape.ts";
import { certificate, domain } from "./tls_shape.ts";

const weightedService = struct({ name: string, weight: pointer(integer) }, { weight: 1 });

const proxyProtocol = allowEmpty(struct({ version: integer }, { version: 2 }));

const tcpRouter = struct({
  entryPoints: list,
  middlewares: list,
  service: string,
  rule: string,
  ruleSyntax: string,
  priority: integer,
  tls: allowEmpty(struct({
    passthrough: { shape: boolean, always: true },
    options: string,
    certResolver: string,
    domains: structs(domain),
  })),
});

const tcpLoadBalancer = struct({
  servers: structs(
    struct({ address: notInLabels(string), port: { shape: string, notInFiles: true }, tls: boolean }),
    "server",
  ),
  serversTransport: string,
  proxyProtocol,
  terminationDelay: pointer(integer),
  healthCheck: allowEmpty(struct({
    port: integer,
    send: string,
    expect: string,
    interval: duration,
    unhealthyInterval: pointer(duration),
    timeout: duration,
  }, { interval: "30s", timeout: "5s" })),
});

const tcpServersTransport = struct({
  dialKeepAlive: duration,
  dialTimeout: duration,
  proxyProtocol,
  terminationDelay: duration,
  tls: allowEmpty(struct({
    serverName: string,
    insecureSkipVerify: boolean,
    rootCAs: list,
    certificates: structs(certificate),
    peerCertURI: string,
    spiffe,
  })),
}, { dialTimeout: "30s", dialKeepAlive: "15s", terminationDelay: "100ms" });

export const tcp = struct({
  routers: map(tcpRouter),
  services: map(struct({
    loadBalancer: tcpLoadBalancer,
    weighted: notInLabels(struct({
      services: structs(weightedService),
      healthCheck: allowEmpty(struct({})),
    })),
  })),
  middlewares: map(struct({
    inFlightConn: struct({ amount: integer }),
    ipWhiteList: struct({ sourceRange: list }),
    ipAllowList: struct({ sourceRange: list }),
  })),
  models: { shape: map(struct({})), notInLabels: true, notInFiles: true },
  serversTransports: notInLabels(map(tcpServersTransport)),
});

export const udp = struct({
  routers: map(struct({ entryPoints: list, service: string })),
  services: map(struct({
    loadBalancer: struct({
      servers: structs(
        struct({ address: notInLabels(string), port: { shape: string, notInFiles: true } }),
        "server",
      ),
    }),
    weighted: notInLabels(struct({ services: structs(weightedService) })),
  })),
});
