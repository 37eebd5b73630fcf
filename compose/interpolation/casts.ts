/**
 * Which strings are read as numbers and booleans after interpolation, by path: a variable's value is a string,
 * so `replicas: ${N}` has to become an integer. The table is that of compose-go's `loader/interpolate.go`.
 */
import type { ScalarType, ScalarValue } from "../tree/node.ts";
import { parseGoInteger } from "../yaml/scalar.ts";

export type Cast = "boolean" | "integer" | "float" | "float32" | "umask";

/** A level of the table: by key, with `*` for every other key and for the items of a list. */
export interface CastTable {
  readonly [key: string]: CastTable | Cast;
}

const RESOURCE: CastTable = { external: "boolean" };

const CONTAINER: CastTable = {
  cpu_count: "integer",
  cpu_percent: "float",
  cpu_period: "integer",
  cpu_quota: "integer",
  cpu_rt_period: "integer",
  cpu_rt_runtime: "integer",
  cpus: "float32",
  cpu_shares: "integer",
  init: "boolean",
  networks: { "*": { use_service_name_alias: "boolean" } },
  oom_kill_disable: "boolean",
  oom_score_adj: "integer",
  pids_limit: "integer",
  privileged: "boolean",
  read_only: "boolean",
  umask: "umask",
  ulimits: { "*": { "": "integer", hard: "integer", soft: "integer" } },
  volumes: { "*": { read_only: "boolean", volume: { nocopy: "boolean" } } },
};

const WORKLOAD: CastTable = {
  ...CONTAINER,
  depends_on: { "*": { required: "boolean", restart: "boolean" } },
  healthcheck: { retries: "integer", disable: "boolean" },
  ports: { "*": { target: "integer" } },
  stdin_open: "boolean",
  tty: "boolean",
};

const ROLLING: CastTable = { parallelism: "integer", max_failure_ratio: "float" };

const SERVICE: CastTable = {
  ...WORKLOAD,
  pre_start: { "*": CONTAINER },
  deploy: {
    replicas: "integer",
    update_config: ROLLING,
    rollback_config: ROLLING,
    restart_policy: { max_attempts: "integer" },
    placement: { max_replicas_per_node: "integer" },
  },
  scale: "integer",
};

/** The table from the root. The empty key is the value itself, where it may be a scalar or a mapping. */
export const CASTS: CastTable = {
  networks: {
    "*": {
      ...RESOURCE,
      internal: "boolean",
      attachable: "boolean",
      enable_ipv4: "boolean",
      enable_ipv6: "boolean",
    },
  },
  volumes: { "*": RESOURCE },
  secrets: { "*": RESOURCE },
  configs: { "*": RESOURCE },
  services: { "*": SERVICE },
  jobs: { "*": WORKLOAD },
};

/** Reads a text as the wanted type; nothing where it does not fit. */
export function castText(text: string, cast: Cast): { type: ScalarType; value: ScalarValue } | undefined {
  if (cast === "boolean") {
    const value = toBoolean(text);
    return value === undefined ? undefined : { type: "bool", value };
  }
  if (cast === "integer") {
    const value = toInteger(text);
    return value === undefined ? undefined : { type: "int", value };
  }
  if (cast === "umask") {
    const value = parseGoInteger(text.replaceAll(/(?<=[0-9a-fA-FxXoObB])_(?=[0-9a-fA-F])/g, ""));
    const fits = value !== undefined && value >= 0 && value <= 0xffffffff && !/^[-+]/.test(text);
    return fits ? { type: "int", value } : undefined;
  }
  const value = toFloat(text);
  if (value === undefined) return undefined;
  return { type: "float", value: cast === "float32" ? shortestFloat32(value) : value };
}

/** The words that compose takes for a boolean, in any case. */
export function toBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (["true", "y", "yes", "on"].includes(word)) return true;
  if (["false", "n", "no", "off"].includes(word)) return false;
  return undefined;
}

/** A decimal integer of 64 bits, as Go's `strconv.Atoi` reads it. */
export function toInteger(text: string): number | bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  if (value >= 2n ** 63n || value < -(2n ** 63n)) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** A decimal number, as Go's `strconv.ParseFloat` reads it. */
export function toFloat(text: string): number | undefined {
  const plain = text.replaceAll(/(?<=\d)_(?=\d)/g, "");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** The number that is printed for a 32-bit float: its shortest decimal. */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value);
  if (single === value && Number.isInteger(value)) return value;
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return single;
}
