/** What services, jobs and `pre_start` hooks have in common: the keys of a container. */
import {
  anyString,
  boolean,
  command,
  driverOptions,
  duration,
  environment,
  extraHosts,
  fileReferences,
  labels,
  optionalBoolean,
  RESOURCE_NAME,
  string,
  stringOrList,
  ulimits,
  uniqueStrings,
  word,
} from "./common.ts";
import { type Field, type Fields, listField, recordField, scalarField, STRING_OR_INTEGER } from "./field.ts";
import { STRING_OR_NUMBER, structField } from "./field.ts";
import { deviceRequests } from "./devices.ts";
import { mounts } from "./mounts.ts";
import {
  readBoolean,
  readBytes,
  readFloat,
  readInteger,
  readOptionalUnsigned,
  readOptOut,
  readString,
  readStringMap,
  readStringOrList,
  readStrings,
  readUnsigned,
} from "./readers.ts";
import { BOOLEAN, INTEGER, NULL, NUMBER, type Shape, STRING } from "./shape.ts";

const bytes = scalarField(STRING_OR_NUMBER, readBytes);
const count = scalarField(STRING_OR_NUMBER, readInteger);
const TEXT: Shape = { scalar: { kinds: STRING } };

function ranged(minimum: number, maximum: number | undefined, read: Field["read"]): Field {
  return scalarField(STRING_OR_INTEGER, read, { minimum, ...(maximum !== undefined && { maximum }) });
}

const throttle = listField(structField(
  {
    path: anyString,
    rate: scalarField(STRING_OR_INTEGER, (node, context) => readBytes(node, context) ?? "0"),
  },
  { noExtensions: true, renamed: { path: "Path", rate: "Rate" }, always: { Path: "", Rate: "0" } },
));

const blkio = structField({
  weight: scalarField(STRING_OR_INTEGER, readUnsigned),
  weight_device: listField(structField(
    { path: anyString, weight: scalarField(STRING_OR_INTEGER, readUnsigned) },
    { noExtensions: true, renamed: { path: "Path", weight: "Weight" }, always: { Path: "", Weight: 0 } },
  )),
  device_read_bps: throttle,
  device_read_iops: throttle,
  device_write_bps: throttle,
  device_write_iops: throttle,
}, { noExtensions: true });

const deviceMapping = structField(
  { source: string, target: string, permissions: string },
  { required: ["source"] },
);

const envFileEntry = structField(
  { path: string, required: scalarField(BOOLEAN | STRING, readOptOut), format: string },
  { required: ["path"], noExtensions: true },
);

const envFile: Field = {
  shape: { ...TEXT, list: { items: { ...TEXT, ...envFileEntry.shape } } },
  read: listField(envFileEntry).read,
};

const serviceNetwork = structField({
  aliases: uniqueStrings,
  driver_opts: driverOptions,
  gw_priority: scalarField(NUMBER, readInteger),
  interface_name: string,
  ipv4_address: string,
  ipv6_address: string,
  link_local_ips: uniqueStrings,
  mac_address: string,
  priority: scalarField(NUMBER, readInteger),
  use_service_name_alias: optionalBoolean,
}, { orNull: true });

const serviceNetworks = recordField(RESOURCE_NAME, serviceNetwork);
const serviceModels = recordField(
  RESOURCE_NAME,
  structField({ endpoint_var: string, model_var: string }, { orNull: true }),
  { isOpen: true },
);

const logging = structField({
  driver: string,
  options: {
    shape: {
      mapping: {
        others: { pattern: /^.+$/, shape: { scalar: { kinds: STRING_OR_NUMBER | NULL } } },
        isOpen: true,
      },
    },
    read: labels.read,
  },
});

/** The keys of a container. */
export const CONTAINER: Fields = {
  annotations: labels,
  blkio_config: blkio,
  cap_add: uniqueStrings,
  cap_drop: uniqueStrings,
  cgroup: word("host", "private"),
  cgroup_parent: string,
  command,
  configs: fileReferences,
  cpu_count: ranged(0, undefined, readInteger),
  cpu_percent: ranged(0, 100, readFloat),
  cpu_period: count,
  cpu_quota: count,
  cpu_rt_period: count,
  cpu_rt_runtime: count,
  cpu_shares: count,
  cpus: scalarField(STRING_OR_NUMBER, readFloat),
  cpuset: string,
  credential_spec: structField({ config: string, file: string, registry: string }),
  device_cgroup_rules: uniqueStrings,
  devices: {
    shape: { list: { items: { ...TEXT, ...deviceMapping.shape } } },
    read: listField(deviceMapping).read,
  },
  dns: stringOrList,
  dns_opt: uniqueStrings,
  dns_search: stringOrList,
  domainname: string,
  entrypoint: command,
  env_file: envFile,
  environment,
  extra_hosts: extraHosts,
  gpus: {
    shape: { scalar: { kinds: STRING, words: ["all"] }, ...deviceRequests(false).shape },
    read: deviceRequests(false).read,
  },
  group_add: {
    shape: { list: { items: { scalar: { kinds: STRING_OR_NUMBER } }, isUnique: true } },
    read: readStrings,
  },
  hostname: string,
  image: string,
  init: optionalBoolean,
  ipc: string,
  isolation: string,
  label_file: { shape: { ...TEXT, list: { items: TEXT } }, read: readStringOrList },
  labels,
  logging,
  mac_address: string,
  mem_limit: bytes,
  mem_reservation: scalarField(STRING_OR_INTEGER, readBytes),
  mem_swappiness: scalarField(STRING_OR_INTEGER, readBytes),
  memswap_limit: bytes,
  models: { shape: { ...uniqueStrings.shape, ...serviceModels.shape }, read: serviceModels.read },
  network_mode: string,
  networks: { shape: { ...uniqueStrings.shape, ...serviceNetworks.shape }, read: serviceNetworks.read },
  oom_kill_disable: boolean,
  oom_score_adj: ranged(-1000, 1000, readInteger),
  pid: scalarField(STRING | NULL, readString),
  pids_limit: count,
  platform: string,
  privileged: boolean,
  pull_policy: scalarField(STRING, readString, {
    pattern: /^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$/,
  }),
  pull_refresh_after: string,
  read_only: boolean,
  runtime: string,
  secrets: fileReferences,
  security_opt: uniqueStrings,
  shm_size: bytes,
  stop_grace_period: duration,
  stop_signal: string,
  storage_opt: { shape: { mapping: { isOpen: true } }, read: readStringMap },
  sysctls: labels,
  tmpfs: stringOrList,
  ulimits,
  umask: scalarField(INTEGER | STRING | NULL, readOptionalUnsigned, { minimum: 0, maximum: 0xffffffff }),
  use_api_socket: scalarField(BOOLEAN, readBoolean),
  user: string,
  userns_mode: string,
  uts: string,
  volumes: mounts,
  volumes_from: uniqueStrings,
  working_dir: string,
};
