/** The shape of `tls`, as of Traefik v3.7 (pkg/tls/tls.go). */
import { boolean, list, map, notInLabels, pointer, string, struct, structs } from "./shape.ts";

export const domain = struct({ main: string, sans: list });

export const certificate = struct({ certFile: string, keyFile: string });

const options = struct({
  minVersion: string,
  maxVersion: string,
  cipherSuites: list,
  curvePreferences: list,
  clientAuth: { shape: struct({ caFiles: list, clientAuthType: string }), always: true },
  sniStrict: boolean,
  alpnProtocols: list,
  disableSessionTickets: boolean,
  preferServerCipherSuites: pointer(boolean),
});

const store = struct({
  defaultCertificate: notInLabels(certificate),
  defaultGeneratedCert: struct({ resolver: string, domain }),
});

export const tls = struct({
  certificates: notInLabels(structs(struct({ certFile: string, keyFile: string, stores: list }))),
  options: notInLabels(map(options)),
  stores: map(store),
});
