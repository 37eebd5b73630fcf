/** The keys of `deploy`. */
import { labels, string, strings, word } from "./common.ts";
import {
  type Field,
  listField,
  scalarField,
  STRING_OR_INTEGER,
  STRING_OR_NUMBER,
  structField,
} from "./field.ts";
import { deviceRequests } from "./devices.ts";
import {
  readBytes,
  readDuration,
  readFloat,
  readInteger,
  readOptionalDuration,
  readOptionalInteger,
  readOptionalUnsigned,
  readUnsigned,
} from "./readers.ts";
import { STRING } from "./shape.ts";

const rolling = structField({
  parallelism: scalarField(STRING_OR_INTEGER, readOptionalUnsigned),
  delay: scalarField(STRING, readDuration),
  failure_action: string,
  monitor: scalarField(STRING, readDuration),
  max_failure_ratio: scalarField(STRING_OR_NUMBER, readFloat),
  order: word("start-first", "stop-first"),
});

const cpus = scalarField(STRING_OR_NUMBER, readFloat);
const memory = scalarField(STRING, readBytes);

const genericResources = listField(structField({
  discrete_resource_spec: structField({
    kind: string,
    value: scalarField(STRING_OR_NUMBER, readInteger),
  }, { always: { kind: "", value: 0 } }),
}));

/** How a service is deployed. */
export const deploy: Field = structField({
  mode: string,
  replicas: scalarField(STRING_OR_INTEGER, readOptionalInteger),
  labels,
  update_config: rolling,
  rollback_config: rolling,
  resources: structField({
    limits: structField({ cpus, memory, pids: scalarField(STRING_OR_INTEGER, readInteger) }),
    reservations: structField({
      cpus,
      memory,
      generic_resources: genericResources,
      devices: deviceRequests(true),
    }),
  }),
  restart_policy: structField({
    condition: string,
    delay: scalarField(STRING, readOptionalDuration),
    max_attempts: scalarField(STRING_OR_INTEGER, readOptionalUnsigned),
    window: scalarField(STRING, readOptionalDuration),
  }),
  placement: structField({
    constraints: strings,
    preferences: listField(structField({ spread: string })),
    max_replicas_per_node: scalarField(STRING_OR_INTEGER, readUnsigned),
  }),
  endpoint_mode: string,
}, { orNull: true, always: { resources: {}, placement: {} } });
