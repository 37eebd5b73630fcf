/** The top level of a compose file. */
import { ANY_NAME, boolean, driverOptions, labels, optionalBoolean, plainOptions, string } from "./common.ts";
import { RESOURCE_NAME, stringOrList, strings } from "./common.ts";
import { type Field, listField, recordField, scalarField, structField } from "./field.ts";
import { readBoolean, readInteger, readLabels } from "./readers.ts";
import { job, service } from "./service.ts";
import { BOOLEAN, INTEGER, type MappingShape, type Shape, STRING } from "./shape.ts";

const externalName: MappingShape = { keys: new Map([["name", string.shape]]), hasExtensions: true };

/** `external`: true, or the deprecated mapping with a name. */
function external(isOpen: boolean): Field {
  return {
    shape: { scalar: { kinds: BOOLEAN | STRING }, mapping: { ...externalName, isOpen } },
    read: (node, context) => node.kind === "mapping" ? true : readBoolean(node, context),
  };
}

const plainStrings: Shape = {
  mapping: { others: { pattern: ANY_NAME, shape: { scalar: { kinds: STRING } } } },
};

const network = structField({
  name: string,
  driver: string,
  driver_opts: driverOptions,
  ipam: structField({
    driver: string,
    config: listField(structField({
      subnet: string,
      gateway: string,
      ip_range: string,
      aux_addresses: { shape: plainStrings, read: readLabels },
    })),
    options: { shape: plainStrings, read: readLabels },
  }),
  external: external(false),
  internal: boolean,
  attachable: boolean,
  labels,
  enable_ipv4: optionalBoolean,
  enable_ipv6: optionalBoolean,
}, { orNull: true, always: { ipam: {} } });

const volume = structField(
  { name: string, driver: string, driver_opts: driverOptions, external: external(false), labels },
  { orNull: true },
);

const config = structField({
  name: string,
  file: string,
  environment: string,
  content: string,
  external: external(true),
  labels,
  template_driver: string,
});

const secret = structField({
  name: string,
  file: string,
  environment: string,
  external: external(true),
  labels,
  driver: string,
  driver_opts: plainOptions,
  template_driver: string,
});

const model = structField({
  name: string,
  model: string,
  context_size: scalarField(INTEGER, readInteger),
  runtime_flags: strings,
}, { required: ["model"] });

const include = structField(
  { path: stringOrList, env_file: stringOrList, project_directory: string },
  { noExtensions: true },
);

/** The sections of the canonical form, by key. */
export const SECTIONS = {
  services: recordField(RESOURCE_NAME, service),
  networks: recordField(RESOURCE_NAME, network),
  volumes: recordField(RESOURCE_NAME, volume),
  secrets: recordField(RESOURCE_NAME, secret),
  configs: recordField(RESOURCE_NAME, config),
  jobs: recordField(RESOURCE_NAME, job),
} as const;

/** The shape of a whole file. */
export const PROJECT: Shape = structField({
  version: string,
  name: string,
  include: {
    shape: { list: { items: { scalar: { kinds: STRING }, ...include.shape } } },
    read: () => undefined,
  },
  models: recordField(RESOURCE_NAME, model),
  ...SECTIONS,
}).shape;
