/** The keys of services, jobs and hooks. */
import { CONTAINER } from "./container.ts";
import {
  boolean,
  duration,
  environment,
  extraHosts,
  fileReferences,
  hook,
  labels,
  optionalBoolean,
  RESOURCE_NAME,
  string,
  stringOrList,
  strings,
  ulimits,
  uniqueStrings,
  word,
} from "./common.ts";
import { deploy } from "./deploy.ts";
import {
  type Field,
  type Fields,
  listField,
  recordField,
  scalarField,
  STRING_OR_INTEGER,
  STRING_OR_NUMBER,
  structField,
} from "./field.ts";
import {
  readAnyString,
  readBoolean,
  readBytes,
  readOptionalInteger,
  readOptionalUnsigned,
  readString,
  readStrings,
  readTest,
  readUnsigned,
} from "./readers.ts";
import { readMultiOptions, readSsh } from "./special_readers.ts";
import { BOOLEAN, NUMBER, type Shape, STRING } from "./shape.ts";

const TEXT: Shape = { scalar: { kinds: STRING } };
const CONTAINER_ALWAYS = { command: null, entrypoint: null };

const flag = scalarField(STRING | BOOLEAN, readString);

const buildStruct = structField({
  context: string,
  dockerfile: string,
  dockerfile_inline: string,
  entitlements: strings,
  args: environment,
  provenance: flag,
  sbom: flag,
  ssh: { shape: labels.shape, read: readSsh },
  labels,
  cache_from: strings,
  cache_to: strings,
  no_cache: boolean,
  no_cache_filter: stringOrList,
  additional_contexts: labels,
  pull: boolean,
  extra_hosts: extraHosts,
  isolation: string,
  network: string,
  target: string,
  secrets: fileReferences,
  shm_size: scalarField(STRING_OR_INTEGER, readBytes),
  tags: strings,
  ulimits,
  platforms: strings,
  privileged: boolean,
});

const dependency = structField({
  condition: word("service_started", "service_healthy", "service_completed_successfully"),
  restart: boolean,
  required: scalarField(BOOLEAN, (node, context) => readBoolean(node, context) ?? false),
}, { required: ["condition"], always: { required: false } });

const dependencies = recordField(RESOURCE_NAME, dependency);

const healthcheck = structField({
  test: { shape: { ...TEXT, list: { items: TEXT } }, read: readTest },
  timeout: duration,
  interval: duration,
  retries: scalarField(STRING_OR_NUMBER, readOptionalUnsigned),
  start_period: duration,
  start_interval: duration,
  disable: boolean,
});

const port = structField({
  name: string,
  mode: string,
  host_ip: string,
  target: scalarField(STRING_OR_INTEGER, readUnsigned),
  published: scalarField(STRING_OR_INTEGER, readString),
  protocol: string,
  app_protocol: string,
});

const WORKLOAD: Fields = {
  ...CONTAINER,
  build: { shape: { ...TEXT, ...buildStruct.shape }, read: buildStruct.read },
  depends_on: { shape: { ...uniqueStrings.shape, ...dependencies.shape }, read: dependencies.read },
  expose: {
    shape: { list: { items: { scalar: { kinds: STRING_OR_NUMBER } }, isUnique: true } },
    read: readStrings,
  },
  healthcheck,
  ports: {
    shape: { list: { items: { scalar: { kinds: NUMBER | STRING }, ...port.shape }, isUnique: true } },
    read: listField(port).read,
  },
  stdin_open: boolean,
  tty: boolean,
};

const watch = structField({
  path: scalarField(STRING, readAnyString),
  action: scalarField(STRING, readAnyString, {
    words: ["rebuild", "sync", "restart", "sync+restart", "sync+exec"],
  }),
  target: string,
  exec: hook,
  include: stringOrList,
  ignore: stringOrList,
  initial_sync: scalarField(BOOLEAN, readBoolean),
}, { required: ["path", "action"], always: { exec: { command: null } } });

const provider = structField({
  type: string,
  options: {
    shape: {
      mapping: {
        others: {
          pattern: /^.+$/,
          shape: {
            scalar: { kinds: STRING_OR_NUMBER | BOOLEAN },
            list: { items: { scalar: { kinds: STRING_OR_NUMBER | BOOLEAN } } },
          },
        },
        isOpen: true,
      },
    },
    read: readMultiOptions,
  },
}, { required: ["type"] });

const extendsStruct = structField({ service: string, file: string }, {
  required: ["service"],
  noExtensions: true,
});

const preStart = structField({ ...CONTAINER, per_replica: boolean }, { always: CONTAINER_ALWAYS });

/** A service. */
export const service: Field = structField({
  ...WORKLOAD,
  profiles: uniqueStrings,
  deploy,
  develop: structField({ watch: listField(watch) }, { orNull: true }),
  restart: string,
  scale: scalarField(STRING_OR_INTEGER, readOptionalInteger),
  attach: optionalBoolean,
  container_name: scalarField(STRING, readString, { pattern: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/ }),
  provider,
  extends: { shape: { ...TEXT, ...extendsStruct.shape }, read: extendsStruct.read },
  external_links: uniqueStrings,
  links: uniqueStrings,
  pre_start: listField(preStart),
  post_start: listField(hook),
  pre_stop: listField(hook),
}, { always: CONTAINER_ALWAYS });

const schedule = structField({
  cron: string,
  timezone: string,
  concurrency: word("forbid", "queue"),
  missed_fires: word("one", "skip"),
}, { required: ["cron"] });

/** A job: a container that is run by hand or by the clock. */
export const job: Field = structField({
  ...WORKLOAD,
  profiles: uniqueStrings,
  triggers: structField({
    manual: optionalBoolean,
    schedule: {
      shape: { list: { items: { ...TEXT, ...schedule.shape } } },
      read: listField(schedule).read,
    },
  }, { someOf: ["manual", "schedule"] }),
}, { required: ["triggers"], always: CONTAINER_ALWAYS });

/** The keys that a `pre_start` hook shares with its service. */
export const containerKeys: ReadonlySet<string> = new Set(Object.keys(CONTAINER));
