/**
 * Reads kubeconfig files: which cluster and which user a context means.
 * Format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { withoutValue } from "../diagnostics/yaml_message.ts";
import { dirname, isAbsolute, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Failure } from "../diagnostics/diagnostic.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { readRegularTextSync } from "../files/regular_file.ts";

/** Of a kubeconfig. */
const MOST_BYTES = 4 * 1024 * 1024;

const entries = z.array(z.looseObject({ name: z.string() })).nullish().transform((list) => list ?? []);

const clusterShape = z.looseObject({
  server: z.string(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
  "proxy-url": z.string().optional(),
});

/** A program that logs the user in: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#ExecConfig */
const execShape = z.looseObject({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().nullish(),
  interactiveMode: z.enum(["Never", "IfAvailable", "Always"]).nullish(),
  provideClusterInfo: z.boolean().nullish(),
});

const userShape = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  exec: execShape.nullish(),
  "auth-provider": z.unknown().optional(),
});

const contextShape = z.looseObject({
  cluster: z.string(),
  user: z.string().optional(),
  namespace: z.string().optional(),
});

const fileShape = z.looseObject({
  "current-context": z.string().nullish(),
  clusters: entries,
  users: entries,
  contexts: entries,
});

export type ClusterEntry = z.infer<typeof clusterShape>;
export type ExecEntry = z.infer<typeof execShape>;
export type UserEntry = z.infer<typeof userShape>;

/** A context with what it refers to. Relative paths inside were made absolute. */
export interface ContextEntry {
  readonly name: string;
  readonly namespace?: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  /** The files that were read, for plugins that read them again. */
  readonly files: readonly string[];
}

/**
 * Merges the files as kubectl does (the first that names something wins) and picks the context.
 * @throws Failure (4) where a file cannot be read or understood, or the context is not there
 */
export function readContext(files: readonly string[], wanted: string | undefined): ContextEntry {
  const parsed = files.map((file) => ({ file, content: readKubeconfig(file) }));
  const names = parsed.flatMap(({ content }) => content.contexts.map((entry) => entry.name));
  const name = wanted ?? parsed.map(({ content }) => content["current-context"]).find((found) => !!found);
  if (name === undefined || name === null) {
    throw failure("cluster-no-context", `No context is chosen in ${quoteList(files)}`, contextHint(names));
  }
  const context = pick(parsed, "contexts", "context", name, contextShape)?.value;
  if (context === undefined) {
    const near = nearest(name, names);
    const hint = near === undefined ? contextHint(names) : `Did you mean "${near}"? ${contextHint(names)}`;
    throw failure("cluster-unknown-context", `There is no context "${name}" in ${quoteList(files)}`, hint);
  }
  const cluster = pick(parsed, "clusters", "cluster", context.cluster, clusterShape);
  if (cluster === undefined) {
    throw failure(
      "cluster-unknown-cluster",
      `Context "${name}" names cluster "${context.cluster}", but ${quoteList(files)} does not describe it`,
      "Add the cluster to the kubeconfig, or choose another context with --context",
    );
  }
  const user = context.user === undefined
    ? undefined
    : pick(parsed, "users", "user", context.user, userShape);
  if (context.user !== undefined && user === undefined) {
    throw failure(
      "cluster-unknown-user",
      `Context "${name}" names user "${context.user}", but ${quoteList(files)} does not describe it`,
      "Add the user to the kubeconfig, or choose another context with --context",
    );
  }
  return {
    name,
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    cluster: withAbsolutePaths(cluster.value, cluster.file, ["certificate-authority"]),
    user: user === undefined ? {} : withAbsoluteCommand(
      withAbsolutePaths(user.value, user.file, ["client-certificate", "client-key", "tokenFile"]),
      user.file,
    ),
    files,
  };
}

type Parsed = { readonly file: string; readonly content: z.infer<typeof fileShape> };

function pick<Shape extends z.ZodType>(
  files: readonly Parsed[],
  list: "contexts" | "clusters" | "users",
  key: string,
  name: string,
  shape: Shape,
): { readonly value: z.infer<Shape>; readonly file: string } | undefined {
  for (const { file, content } of files) {
    const entry = content[list].find((candidate) => candidate.name === name);
    if (entry === undefined) continue;
    const result = shape.safeParse(entry[key]);
    if (result.success) return { value: result.data, file };
    throw notAKubeconfig(file, `${list} "${name}"`, result.error);
  }
  return undefined;
}

function readKubeconfig(file: string): z.infer<typeof fileShape> {
  let text: string;
  try {
    text = readRegularTextSync(file, MOST_BYTES);
  } catch (error) {
    throw failure(
      "cluster-kubeconfig-unreadable",
      `Cannot read kubeconfig "${file}": ${error instanceof Error ? error.message : String(error)}`,
      "Name an existing file with --kubeconfig or in KUBECONFIG",
    );
  }
  let document: unknown;
  try {
    document = parse(text, { prettyErrors: false });
  } catch (error) {
    throw failure(
      "cluster-kubeconfig-invalid",
      `Kubeconfig "${file}" is not valid YAML: ${
        error instanceof Error ? withoutValue(error.message) : String(error)
      }`,
      "Compare it with the output of `kubectl config view`",
    );
  }
  const result = fileShape.safeParse(document);
  if (result.success) return result.data;
  throw notAKubeconfig(file, "top level", result.error);
}

function notAKubeconfig(file: string, place: string, error: z.ZodError): Failure {
  const problems = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  return failure(
    "cluster-kubeconfig-invalid",
    `Kubeconfig "${file}" is not a kubeconfig (${place}): ${problems}`,
    "Compare it with the output of `kubectl config view`",
  );
}

function withAbsolutePaths<Entry extends Readonly<Record<string, unknown>>>(
  entry: Entry,
  file: string,
  keys: readonly (keyof Entry & string)[],
): Entry {
  const paths = keys.flatMap((key) => {
    const path = entry[key];
    return typeof path === "string" && !isAbsolute(path) ? [[key, resolve(dirname(file), path)]] : [];
  });
  return { ...entry, ...Object.fromEntries(paths) };
}

/** A command with a slash is a path beside the kubeconfig; one without is sought on the PATH. */
function withAbsoluteCommand({ exec, ...user }: UserEntry, file: string): UserEntry {
  if (exec === undefined || exec === null) return user;
  const isPath = exec.command.includes("/");
  return { ...user, exec: isPath ? { ...exec, command: resolve(dirname(file), exec.command) } : exec };
}

function contextHint(names: readonly string[]): string {
  return names.length === 0
    ? "The kubeconfig has no contexts; create one with `kubectl config set-context`"
    : `Choose one with --context: ${[...new Set(names)].join(", ")}`;
}

function quoteList(files: readonly string[]): string {
  return files.map((file) => `"${file}"`).join(", ");
}

function failure(code: string, message: string, hint: string): Failure {
  return new Failure(4, [{ code, severity: "error", message, hint }]);
}
