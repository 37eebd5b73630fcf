/** Decisions about things that the stack does not have: a slip of the pen, or a part that is not there today. */
import { nearest } from "../diagnostics/nearest.ts";
import { type Context } from "../stack/context.ts";
import { imageRepository } from "../stack/known_images.ts";
import { relativePath } from "../stack/relative_path.ts";

interface Unused {
  readonly section: string;
  readonly key: string;
  /** What the stack has instead, for the nearest of them. */
  readonly known: readonly string[];
}

/** A key that is nearly right is a warning; all others together are one remark. */
export function checkUnusedDecisions(context: Context): void {
  const unused = [
    ...services(context),
    ...storage(context),
    ...images(context),
    ...publish(context),
    ...secrets(context),
  ];
  const others: Unused[] = [];
  for (const one of unused) {
    const near = nearest(one.key, one.known);
    if (near === undefined) {
      others.push(one);
      continue;
    }
    const span = context.decisions.span([one.section, one.key]);
    context.report({
      code: "kube-decision-unused",
      severity: "warning",
      message: `The decision about "${one.key}" under "${one.section}" matches nothing in the stack`,
      ...(span === undefined ? {} : { span }),
      hint: `Did you mean "${near}"?`,
    });
  }
  const [first] = others;
  if (first === undefined) return;
  const span = context.decisions.span([first.section, first.key]);
  context.report({
    code: "kube-decision-unused",
    severity: "info",
    message: `Decisions about things that the stack does not have: ${
      others.map(({ section, key }) => `"${section}.${key}"`).join(", ")
    }`,
    ...(span === undefined ? {} : { span }),
    hint: "Remove them, or load the compose file that has those things",
  });
}

function services({ decisions, project }: Context): Unused[] {
  const known = [...Object.keys(project.services), ...Object.keys(project.disabledServices)];
  return missing("services", decisions.services, known, (key) => known.includes(key));
}

function storage({ decisions, project }: Context): Unused[] {
  const mounts = Object.values(project.services).flatMap((service) => service.volumes ?? []);
  const paths = mounts.flatMap(({ type, source }) =>
    type === "bind" && source !== undefined ? [plain(source)] : []
  );
  const known = [...paths.map((path) => relativePath(project, path)), ...Object.keys(project.volumes)];
  const isAnonymous = (key: string): boolean =>
    Object.hasOwn(project.services, key.split(":/")[0] ?? "") && key.includes(":/");
  return missing(
    "storage",
    decisions.storage,
    known.map((path) => path.startsWith("/") ? path : `./${path}`),
    (key) =>
      isAnonymous(key) || known.includes(plain(key).replace(/^\.\//, "")) ||
      known.includes(relativePath(project, plain(key))),
  );
}

function images({ decisions, project }: Context): Unused[] {
  const all = Object.values(project.services).flatMap(({ image }) => image === undefined ? [] : [image]);
  const known = new Set([...all, ...all.map(imageRepository)]);
  return missing("images", decisions.images, [...known], (key) => known.has(key));
}

function publish({ decisions, project }: Context): Unused[] {
  const published = new Set(
    Object.values(project.services).flatMap((service) => service.ports ?? [])
      .flatMap((port) => [port.published ?? "", `${port.published ?? ""}/${port.protocol ?? "tcp"}`]),
  );
  const numbers = [...published].map(Number);
  const isRange = (key: string): boolean => {
    const [, from, to] = /^(\d+)-(\d+)(?:\/\w+)?$/.exec(key) ?? [];
    return numbers.some((number) => Number(from) <= number && number <= Number(to));
  };
  return missing("publish", decisions.publish, [], (key) => published.has(key) || isRange(key));
}

function secrets({ decisions, project }: Context): Unused[] {
  const variables = Object.values(project.services).flatMap(({ name, environment }) =>
    Object.keys(environment ?? {}).flatMap((key) => [key, `${name}.${key}`])
  );
  const isElse = (key: string): boolean => key.includes("/") || /\.(command|entrypoint)\.\d+$/.test(key);
  return missing("secrets", decisions.secrets, variables, (key) => isElse(key) || variables.includes(key));
}

function missing(
  section: string,
  values: Readonly<Record<string, unknown>> | undefined,
  known: readonly string[],
  has: (key: string) => boolean,
): Unused[] {
  return Object.keys(values ?? {}).filter((key) => !has(key)).map((key) => ({ section, key, known }));
}

function plain(path: string): string {
  return path.replace(/\/+$/, "");
}
