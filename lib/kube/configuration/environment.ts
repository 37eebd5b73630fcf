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
  const plain = new Map<string, Uint8Array>();
  const secret = new Map<string, Uint8Array>();
  const keys: { variable: string; key: string; secret: boolean }[] = [];
  const put = (variable: string, value: string, isSecret: boolean): void => {
    const key = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/.test(variable) ? variable : `variable-${shortHash(variable)}`;
    keys.push({ variable, key, secret: isSecret });
    (isSecret ? secret : plain).set(key, new TextEncoder().encode(value));
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
  const name = `${label(service.name)}-env`;
  const add = (
    kind: "ConfigMap" | "Secret",
    data: ReadonlyMap<string, Uint8Array>,
  ): { name: string; digest: string } | undefined =>
    data.size === 0
      ? undefined
      : objects.add({ kind, name, data, ...(source === undefined ? {} : { source }) }, service.name);
  const configMap = add("ConfigMap", plain);
  const secretObject = add("Secret", secret);
  const places = keys.map(({ variable, key, secret: isSecret }): [string, Place] => {
    const value = (isSecret ? secret : plain).get(key);
    return [variable, {
      kind: isSecret ? "Secret" : "ConfigMap",
      name: (isSecret ? secretObject : configMap)?.name ?? name,
      key,
      ...(value === undefined ? {} : { value }),
    }];
  });
  return {
    envFrom: [
      ...(configMap === undefined ? [] : [{ configMapRef: { name: configMap.name } }]),
      ...(secretObject === undefined ? [] : [{ secretRef: { name: secretObject.name } }]),
    ],
    // What can be no key by its name is read by another one.
    env: places.filter(([variable, { key }]) => key !== variable).map(([variable, { kind, name, key }]) => ({
      name: variable,
      valueFrom: kind === "Secret" ? { secretKeyRef: { name, key } } : { configMapKeyRef: { name, key } },
    })),
    digests: [configMap, secretObject].flatMap((object) => object === undefined ? [] : [object.digest]),
    places: new Map(places),
  };
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
