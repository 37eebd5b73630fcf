/** The shape of `databases:`, `brokers:`, `identity:`, `backups:`, `timers:` and `calls:` in `decisions.yaml`. */
import { z } from "zod";
import type { Written } from "./decided.ts";

/** A name that ends in no surprise: no control characters, not empty. */
const name = z.string().min(1).regex(/^\P{Cc}+$/u, "expected a name without control characters");

const variable = z.string().regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]*\.[A-Za-z_][A-Za-z0-9_-]*$/,
  "expected service.VARIABLE, such as shop-api.DATABASE_PASSWORD",
);

/** Where a value is read from: `service.VARIABLE` of the stack, or a key of a Secret. */
const reference = variable.or(z.strictObject({ secret: z.string().min(1), key: z.string().min(1) }));

const after = z.string().min(1).describe(
  "The text right before the value, which is there once; blanks and a quote may stand between, and a blank in it " +
    "stands for any blanks and line ends",
);

/** A value inside a text: of a configuration file, or of a variable such as a DSN. */
const part = z.strictObject({
  file: z.string().min(1).describe("Relative to the compose files, such as ./config/chat/services.conf"),
  after,
  hotReload: z.literal(true).optional().describe(
    "The program takes a new value while it runs: no restart when it changes, where the file is read again by itself",
  ),
}).or(z.strictObject({ variable, after }));

const same = z.array(reference.or(part)).optional().describe("Other places that hold the same value");

const admin = z.strictObject({
  user: name.or(z.strictObject({ from: reference })).describe("The user that may create others"),
  password: reference,
  previous: z.strictObject({ secret: z.string().min(1), key: z.string().min(1) }).optional().describe(
    "The password before this one, while it is being changed",
  ),
  same,
});

const privilege = z.string().regex(/^[A-Za-z][A-Za-z ]*$/, "expected a privilege such as SELECT");

const grant = name.or(z.strictObject({
  database: name.optional().describe("The database of exactly this name"),
  pattern: name.optional().describe("All databases like this, % and _ as in LIKE"),
  table: name.optional(),
  everything: z.literal(true).optional().describe("On the whole server"),
  privileges: z.array(privilege).min(1).optional().describe("Default: ALL"),
}));

const role = z.strictObject({ role: name, database: name.optional() });

const user = z.strictObject({
  name: name.optional().describe("Where it cannot be the key, as for one name on two hosts"),
  host: name.optional().describe("MariaDB and MySQL: from where; default: %"),
  password: reference,
  same,
  grants: z.array(grant).optional(),
  maxUserConnections: z.int().min(0).optional(),
  database: name.optional().describe("MongoDB: where the user is defined"),
  roles: z.array(role).optional().describe("MongoDB"),
});

const word = z.string().regex(/^[A-Za-z0-9_.-]+$/, "expected letters, digits, _ . or -");

const database = z.strictObject({
  charset: word.optional(),
  collation: word.optional(),
  owner: name.optional().describe("PostgreSQL: the role that owns it"),
});

/** By the service that is the database server. */
export const databasesSchema = z.record(
  z.string(),
  z.strictObject({
    engine: z.enum(["mariadb", "mysql", "postgres", "mongodb"]),
    image: z.string().min(1).optional().describe("With the client program; default: the service's own"),
    port: z.int().min(1).max(65535).optional(),
    admin,
    databases: z.record(name, database).optional(),
    users: z.record(name, user).optional(),
  }),
);

const pattern = z.string();

const brokerUser = z.strictObject({
  name: name.optional(),
  password: reference,
  same,
  tags: z.array(word).optional(),
  permissions: z.record(
    name,
    z.strictObject({ configure: pattern.optional(), write: pattern.optional(), read: pattern.optional() }),
  ).optional().describe("By virtual host; a pattern that is not given is .*"),
});

/** By the service that is the broker. */
export const brokersSchema = z.record(
  z.string(),
  z.strictObject({
    engine: z.literal("rabbitmq"),
    host: z.string().min(1).optional().describe("Where its Service has another name"),
    image: z.string().min(1).optional().describe("One with erl; default: the service's own"),
    port: z.int().min(1).max(65535).optional().describe("Of the management API; default: 15672"),
    admin,
    vhosts: z.array(name).optional(),
    users: z.record(name, brokerUser).optional(),
    chart: z.strictObject({
      repo: z.url().optional(),
      chart: z.string().min(1),
      version: z.string().min(1),
      erlangCookie: reference,
      values: z.record(z.string(), z.unknown()).optional().describe("Laid over the values made here"),
    }).optional().describe("Run by this Helm chart in place of a StatefulSet"),
  }),
);

const urls = z.array(z.url());

const client = z.strictObject({
  name: name.optional(),
  secret: reference.optional(),
  same,
  grantTypes: z.array(word).optional(),
  responseTypes: z.array(z.string().min(1)).optional(),
  scope: z.array(z.string().regex(/^[!#-[\]-~]+$/, "expected a scope without blanks")).optional(),
  redirectUris: urls.optional(),
  postLogoutRedirectUris: urls.optional(),
  audience: z.array(z.string().min(1)).optional(),
  tokenEndpointAuthMethod: z.enum(["none", "client_secret_basic", "client_secret_post", "private_key_jwt"])
    .optional(),
  logoUri: z.url().optional(),
  skipConsent: z.boolean().optional(),
});

/** By the service that is Ory Hydra. */
export const identitySchema = z.record(
  z.string(),
  z.strictObject({
    engine: z.literal("hydra"),
    image: z.string().min(1).optional().describe("For the clients: one with sh and nc or curl"),
    migrate: z.array(z.string()).min(1).optional().describe("Arguments that bring its schema up to date"),
    port: z.int().min(1).max(65535).optional().describe("Of the administrative API; default: 4445"),
    path: z.string().startsWith("/").optional().describe("Of its clients; /admin/clients from version 2 on"),
    clients: z.record(z.string().regex(/^[A-Za-z0-9._~-]+$/), client).optional(),
  }),
);

const schedule = z.string().regex(/^\S+(\s+\S+){4}$/, "expected five fields, such as 0 2 * * *");

/** By a name of one's own: dumps of databases into a directory of the node. */
export const backupsSchema = z.record(
  z.string().regex(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/),
  z.strictObject({
    service: z.string().min(1).describe("A service under databases"),
    schedule,
    timeZone: z.string().min(1).optional(),
    directory: z.string().startsWith("/").describe("On the node with the storage id"),
    storageId: z.string().min(1).optional(),
    databases: z.array(name).optional().describe("Default: all"),
    keep: z.int().min(1).optional().describe("How many dumps stay; default: 7"),
    size: z.string().min(1).optional().describe("Of the volume; a label only"),
  }),
);

/** By a name of one's own: statements that run at a time. */
export const timersSchema = z.record(
  z.string().regex(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/),
  z.strictObject({
    service: z.string().min(1).describe("A service under databases"),
    schedule,
    timeZone: z.string().min(1).optional(),
    database: name,
    sql: z.string().min(1),
  }),
);

const call = z.strictObject({
  path: z.string().regex(/^\/[!-~]*$/, "expected a path such as /update?token={TOKEN}"),
  method: z.enum(["GET", "POST"]).optional().describe("Default: GET"),
  at: z.enum(["once", "start"]).optional().describe(
    "once: a Job, when the service is ready and when the call changes (default); start: whenever its program starts",
  ),
  port: z.int().min(1).max(65535).optional().describe("Default: the service's only one"),
  seconds: z.int().min(1).max(86400).optional().describe("How long the answer may take; default: 600"),
  variables: z.record(z.string().regex(/^[A-Za-z0-9_]+$/), reference).optional().describe(
    "What {NAME} in the path stands for; it is percent-encoded",
  ),
});

/** By the service and a name of one's own: calls over HTTP that a program needs. */
export const callsSchema = z.record(
  z.string(),
  z.record(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/), call),
);

export type Calls = z.infer<typeof callsSchema>;
export type ServiceCalls = Calls[string];
/** By a name of one's own: places that hold one secret, of which no database or broker has to know. */
export const agreeSchema = z.record(
  z.string().regex(/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/),
  z.array(reference.or(part)).min(2),
);

export type Databases = z.infer<typeof databasesSchema>;
export type DatabaseServer = Databases[string];
export type Grant = z.infer<typeof grant>;
export type Brokers = z.infer<typeof brokersSchema>;
export type Broker = Brokers[string];
export type Identity = z.infer<typeof identitySchema>;
export type Client = z.infer<typeof client>;
export type Backups = z.infer<typeof backupsSchema>;
export type Timers = z.infer<typeof timersSchema>;
export type Admin = z.infer<typeof admin>;
export type Reference = z.infer<typeof reference>;
export type Part = z.infer<typeof part>;

/** The part of `decisions.yaml` that these jobs are made from. */
export interface JobDecisions extends Written {
  readonly databases?: Databases | undefined;
  readonly brokers?: Brokers | undefined;
  readonly identity?: Identity | undefined;
  readonly backups?: Backups | undefined;
  readonly timers?: Timers | undefined;
  readonly calls?: Calls | undefined;
  readonly helperImage?: string | undefined;
  readonly agree?: z.infer<typeof agreeSchema> | undefined;
  readonly storageClass?: string | undefined;
  readonly storageId?: string | undefined;
  readonly storageDirectories?: "existing" | "create" | undefined;
}
