/** The variables of a container as the kubelet gives them to it, and as its own command changes them. */
import { list, record } from "../../values/json.ts";

/** `NAME=value` of a shell, quoted or not. */
const ASSIGNMENT = /(?:^|\s)([A-Z][A-Z0-9_]*)=(?:'([^']*)'|"([^"$`\\]*)"|([^\s'"$`\\;&|]+))(?=[\s;&|]|$)/g;

/** The variables that a shell in `command` and `args` sets before it starts the program; texts alone. */
export function commandVariables(container: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const words = [container["command"], container["args"]].flatMap((part) => Array.isArray(part) ? part : []);
  return new Map(
    words.flatMap((word: unknown) =>
      [...String(word).matchAll(ASSIGNMENT)].map(([, name, single, double, plain]) =>
        [name ?? "", single ?? double ?? plain ?? ""] as const
      )
    ),
  );
}

/** Names that stand more than once among a container's variables. */
export function doubleVariables(container: Readonly<Record<string, unknown>>): string[] {
  const names = list(container["env"]).map(({ name }) => String(name));
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
import {} from "./rendered_objects.ts";

/**
 * By name; the value is absent where only the cluster knows it. A name that stands twice has the later value, and
 * `$(NAME)` has the value that NAME had up to there: so a variable that was made of an overridden one keeps the old.
 */
export function environmentOf(
  container: Readonly<Record<string, unknown>>,
  pod: { readonly name: string; readonly namespace: string },
): ReadonlyMap<string, string | undefined> {
  const values = new Map<string, string | undefined>();
  for (const variable of list(container["env"])) {
    const { value } = variable;
    const field = record(record(variable["valueFrom"])?.["fieldRef"])?.["fieldPath"];
    const known = field === "metadata.name"
      ? pod.name
      : field === "metadata.namespace"
      ? pod.namespace
      : typeof value === "string"
      ? expanded(value, values)
      : undefined;
    values.set(String(variable["name"]), known);
  }
  return values;
}

/** `$(NAME)` by what is known of it so far, `$$` by one dollar sign; an unknown name stays as it is written. */
function expanded(text: string, values: ReadonlyMap<string, string | undefined>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (written, name: string | undefined) => {
    if (name === undefined) return "$";
    return values.get(name) ?? written;
  });
}
