/** A service's environment as a ConfigMap and a Secret that the container reads with envFrom. */
import type { Service } from "../../../compose/project.ts";
import { type Context } from "../../stack/context.ts";
import { label, shortHash } from "../../stack/names.ts";
import type { ConfigurationObjects } from "./objects.ts";
import type { SecretNote, Secrets } from "../../stack/secrets/classification.ts";
import type { Place } from "../../stack/secrets/reference.ts";

/** The container's `env` and `envFrom`, and digests of what they hold. */
export interface Environment {
  readonly env: readonly Record<string, unknown>[];
  readonly envFrom: readonly Record<string, unknown>[];
  readonly digests: readonly string[];
  /** Where each variable is kept. */
  readonly places: ReadonlyMap<string, Place>;
}

/**
 * Splits the variables by what they hold. Values never stand in the pod, where Kubernetes would expand `$(VAR)`
 * in them and everybody could read them. `extra` are variables of the conversion itself, such as secret arguments.
 */
export function environmentOf(
  context: Context,
  service: Service,
  secrets: Secrets,
  objects: ConfigurationObjects,
  notes: SecretNote[],
  extra: ReadonlyMap<string, { value: string; secret: boolean }>,
): Environment {
  const parts = KINDS.map((part) => ({ ...part, data: new Map<string, Uint8Array>() }));
  const keys: { variable: string; key: string; part: (typeof parts)[number] }[] = [];
  const put = (variable: string, value: string, isSecret: boolean): void => {
    const isNamed = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/.test(variable);
    const key = isNamed ? variable : `variable-${shortHash(variable)}`;
    const part = parts.find((each) => each.isNamed === isNamed && each.isSecret === isSecret);
    if (part === undefined) return;
    keys.push({ variable, key, part });
    part.data.set(key, new TextEncoder().encode(value));
  };
  for (const [variable, value] of Object.entries(service.environment ?? {}).sort(byKey)) {
    if (value === null || extra.has(variable)) continue;
    const why = secrets.ofVariable(service.name, variable, value);
    const span = context.project.span(["services", service.name, "environment", variable]);
    if (why !== undefined) {
      notes.push({ what: `${service.name}.${variable}`, why, ...(span === undefined ? {} : { span }) });
    }
    put(variable, value, why !== undefined);
  }
  for (const [variable, { value, secret: isSecret }] of extra) put(variable, value, isSecret);

  const source = context.project.span(["services", service.name, "environment"]);
  const made = new Map(
    parts.filter(({ data }) => data.size > 0).map((part) => {
      const { isNamed, isSecret, data } = part;
      const name = `${label(service.name)}-env${isNamed ? "" : "-by-key"}`;
      const kind = isSecret ? "Secret" as const : "ConfigMap" as const;
      return [
        part,
        objects.add({ kind, name, data, ...(source === undefined ? {} : { source }) }, service.name),
      ];
    }),
  );
  const places = keys.map(({ variable, key, part }): [string, Place] => {
    const value = part.data.get(key);
    return [variable, {
      kind: part.isSecret ? "Secret" : "ConfigMap",
      name: made.get(part)?.name ?? "",
      key,
      ...(value === undefined ? {} : { value }),
    }];
  });
  return {
    envFrom: [...made].filter(([{ isNamed }]) => isNamed).map(([{ isSecret }, { name }]) =>
      isSecret ? { secretRef: { name } } : { configMapRef: { name } }
    ),
    env: places.filter(([variable, { key }]) => key !== variable).map(([variable, { kind, name, key }]) => ({
      name: variable,
      valueFrom: kind === "Secret" ? { secretKeyRef: { name, key } } : { configMapKeyRef: { name, key } },
    })),
    digests: [...made.values()].map(({ digest }) => digest),
    places: new Map(places),
  };
}

/**
 * What the values of a service are kept in. Of an object that is read as a whole every key is a variable, so what can be
 * no key by its own name is in one that is read key by key.
 */
const KINDS = [
  { isNamed: true, isSecret: false },
  { isNamed: true, isSecret: true },
  { isNamed: false, isSecret: false },
  { isNamed: false, isSecret: true },
] as const;

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
