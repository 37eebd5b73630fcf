/** The shape of an HTTP middleware, as of Traefik v3.7 (pkg/config/dynamic/middlewares.go). */
import {
  allowEmpty,
  boolean,
  duration,
  integer,
  list,
  map,
  pointer,
  raw,
  since,
  string,
  struct,
} from "./shape.ts";

const users = { users: list, usersFile: string, realm: string, removeHeader: boolean, headerField: string };

const ipStrategy = struct({ depth: integer, excludedIPs: list, ipv6Subnet: pointer(integer) });

const sourceCriterion = struct({ ipStrategy, requestHeaderName: string, requestHost: boolean });

const nameParts = {
  country: boolean,
  province: boolean,
  locality: boolean,
  organization: boolean,
  commonName: boolean,
  serialNumber: boolean,
  domainComponent: boolean,
};

const headers = struct({
  customRequestHeaders: map(string),
  customResponseHeaders: map(string),
  accessControlAllowCredentials: boolean,
  accessControlAllowHeaders: list,
  accessControlAllowMethods: list,
  accessControlAllowOriginList: list,
  accessControlAllowOriginListRegex: list,
  accessControlExposeHeaders: list,
  accessControlMaxAge: integer,
  addVaryHeader: boolean,
  allowedHosts: list,
  hostsProxyHeaders: list,
  sslProxyHeaders: map(string),
  stsSeconds: integer,
  stsIncludeSubdomains: boolean,
  stsPreload: boolean,
  forceSTSHeader: boolean,
  frameDeny: boolean,
  customFrameOptionsValue: string,
  contentTypeNosniff: boolean,
  browserXssFilter: boolean,
  customBrowserXSSValue: string,
  contentSecurityPolicy: string,
  contentSecurityPolicyReportOnly: string,
  publicKey: string,
  referrerPolicy: string,
  permissionsPolicy: string,
  isDevelopment: boolean,
  featurePolicy: pointer(string),
  sslRedirect: pointer(boolean),
  sslTemporaryRedirect: pointer(boolean),
  sslHost: pointer(string),
  sslForceHost: pointer(boolean),
});

const forwardAuth = struct({
  address: string,
  tls: struct({
    ca: string,
    cert: string,
    key: string,
    insecureSkipVerify: boolean,
    caOptional: pointer(boolean),
  }),
  trustForwardHeader: boolean,
  authResponseHeaders: list,
  authResponseHeadersRegex: string,
  authRequestHeaders: list,
  addAuthCookiesToResponse: list,
  headerField: string,
  forwardBody: boolean,
  maxBodySize: pointer(integer),
  maxResponseBodySize: since("3.6.9", pointer(integer)),
  preserveLocationHeader: boolean,
  preserveRequestMethod: boolean,
  authSigninURL: since("3.7", string),
}, { maxBodySize: -1 });

const encodedCharacters = struct({
  allowEncodedSlash: boolean,
  allowEncodedBackSlash: boolean,
  allowEncodedNullCharacter: boolean,
  allowEncodedSemicolon: boolean,
  allowEncodedPercent: boolean,
  allowEncodedQuestionMark: boolean,
  allowEncodedHash: boolean,
});

const redis = struct({
  endpoints: list,
  tls: struct({ ca: string, cert: string, key: string, insecureSkipVerify: boolean }),
  username: string,
  password: string,
  db: integer,
  poolSize: integer,
  minIdleConns: integer,
  maxActiveConns: integer,
  readTimeout: pointer(duration),
  writeTimeout: pointer(duration),
  dialTimeout: pointer(duration),
}, { endpoints: ["localhost:6379"], readTimeout: "3s", writeTimeout: "3s", dialTimeout: "5s" });

const passTLSClientCert = struct({
  pem: boolean,
  info: struct({
    notAfter: boolean,
    notBefore: boolean,
    sans: boolean,
    serialNumber: boolean,
    subject: struct({ ...nameParts, organizationalUnit: boolean }),
    issuer: struct(nameParts),
  }),
});

export const middleware = struct({
  addPrefix: struct({ prefix: string }),
  stripPrefix: struct({ prefixes: list, forceSlash: pointer(boolean) }),
  stripPrefixRegex: struct({ regex: list }),
  replacePath: struct({ path: string }),
  replacePathRegex: struct({ regex: string, replacement: string }),
  chain: struct({ middlewares: list }),
  ipWhiteList: struct({ sourceRange: list, ipStrategy: allowEmpty(ipStrategy) }),
  ipAllowList: struct({
    sourceRange: list,
    ipStrategy: allowEmpty(ipStrategy),
    rejectStatusCode: integer,
  }),
  headers,
  encodedCharacters: since("3.7", encodedCharacters),
  errors: struct({
    status: list,
    statusRewrites: map(integer),
    service: string,
    query: string,
    errorRequestHeaders: since("3.6.15", list),
  }),
  rateLimit: struct(
    { average: integer, period: duration, burst: integer, sourceCriterion, redis },
    { burst: 1, period: "1s" },
  ),
  redirectRegex: struct({ regex: string, replacement: string, permanent: boolean }),
  redirectScheme: struct({ scheme: string, port: string, permanent: boolean }),
  basicAuth: struct(users),
  digestAuth: struct(users),
  forwardAuth,
  inFlightReq: struct({ amount: integer, sourceCriterion }),
  buffering: struct({
    maxRequestBodyBytes: integer,
    memRequestBodyBytes: integer,
    maxResponseBodyBytes: integer,
    memResponseBodyBytes: integer,
    retryExpression: string,
  }),
  circuitBreaker: struct({
    expression: string,
    checkPeriod: duration,
    fallbackDuration: duration,
    recoveryDuration: duration,
    responseCode: integer,
  }, { checkPeriod: "100ms", fallbackDuration: "10s", recoveryDuration: "10s", responseCode: 503 }),
  compress: allowEmpty(struct({
    excludedContentTypes: list,
    includedContentTypes: list,
    minResponseBodyBytes: integer,
    encodings: list,
    defaultEncoding: string,
  }, { encodings: ["gzip", "br", "zstd"] })),
  passTLSClientCert,
  // Without the default of maxRequestBodyBytes: both sides have it, and a Traefik 3.6 would be asked for the field.
  retry: struct({
    attempts: integer,
    initialInterval: duration,
    timeout: since("3.7", duration),
    maxRequestBodyBytes: since("3.7", pointer(integer)),
    status: since("3.7", list),
    disableRetryOnNetworkError: since("3.7", boolean),
    retryNonIdempotentMethod: since("3.7", boolean),
  }),
  contentType: allowEmpty(struct({ autoDetect: pointer(boolean) })),
  grpcWeb: struct({ allowOrigins: list }),
  plugin: map(raw),
});
