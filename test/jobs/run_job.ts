/**
 * Runs the container of a planned Job as a process of this machine: the command as it stands in the object, the
 * environment as the kubelet would make it, a `/tmp` of its own and the names of Services in `/etc/hosts`.
 */
import type { KubeObject, PlannedObject } from "../../lib/kube/object.ts";

/** What the run printed and how it ended. */
export interface JobRun {
  readonly success: boolean;
  readonly output: string;
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: KeyRef; readonly configMapKeyRef?: KeyRef };
  }[];
}

interface KeyRef {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** How the container differs from this machine. */
export interface Surroundings {
  /** Runs the script in place of /bin/sh, such as `["busybox", "sh"]` for images made of busybox. */
  readonly shell?: readonly string[];
  /** An image that has busybox and nothing else. */
  readonly withoutCurl?: boolean;
  /** Which container of a pod; default: the first. */
  readonly container?: string;
  /** Ends the run. */
  readonly signal?: AbortSignal;
  /** Directories of this machine, by where the container sees them. */
  readonly mounts?: Readonly<Record<string, string>>;
}

export async function runJob(
  job: KubeObject,
  configuration: readonly PlannedObject[],
  hosts: readonly string[],
  { shell = ["/bin/sh"], withoutCurl = false, mounts = {}, container: name, signal }: Surroundings = {},
): Promise<JobRun> {
  const container = containerOf(job, name);
  const [, ...flags] = container.command;
  const env: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  };
  for (const { name, value, valueFrom } of container.env) {
    const found = value === undefined
      ? valueOf(configuration, "Secret", valueFrom?.secretKeyRef) ??
        valueOf(configuration, "ConfigMap", valueFrom?.configMapKeyRef)
      : expanded(value);
    if (found !== undefined) env[name] = found;
  }
  const line = `127.0.0.1 localhost ${hosts.join(" ")}\n`;
  const binds = Object.entries(mounts).map(([path, folder]) => `mount --bind ${folder} ${path} &&`).join(" ");
  const inside = `${binds} mount -t tmpfs tmpfs /tmp && printf %s "$HOSTS" > /tmp/hosts &&
    mount --bind /tmp/hosts /etc/hosts &&
    { [ -z "$ONLY_BUSYBOX" ] || { mkdir /tmp/bin && busybox --install -s /tmp/bin && PATH=/tmp/bin; }; } &&
    unset HOSTS ONLY_BUSYBOX && exec "$@"`;
  const made = await missingDirectories(Object.keys(mounts));
  try {
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["-m", "/bin/sh", "-c", inside, "job", ...shell, ...flags, ...container.args.map(expanded)],
      clearEnv: true,
      env: { ...env, HOSTS: line, ONLY_BUSYBOX: withoutCurl ? "yes" : "" },
      stdin: "null",
      ...(signal === undefined ? {} : { signal }),
    }).output();
    return { success, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } finally {
    for (const path of made) await Deno.remove(path);
  }
}

/** Mount points must exist outside the mount namespace too; those that are made here are taken away again. */
async function missingDirectories(paths: readonly string[]): Promise<readonly string[]> {
  const made: string[] = [];
  for (const path of paths) {
    if (await Deno.stat(path).then(() => false, () => true)) {
      await Deno.mkdir(path);
      made.push(path);
    }
  }
  return made;
}

function containerOf(job: KubeObject, name?: string): Container {
  // The edge: a Job that this project planned.
  const spec = job["spec"] as {
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
    readonly jobTemplate?: {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
    };
  };
  const containers = (spec.template ?? spec.jobTemplate?.spec.template)?.spec.containers;
  const container = containers?.find((one) => name === undefined || one.name === name);
  if (container === undefined) throw new Error("The job has no container");
  return container;
}

function valueOf(
  configuration: readonly PlannedObject[],
  kind: "Secret" | "ConfigMap",
  ref: KeyRef | undefined,
): string | undefined {
  if (ref === undefined) return undefined;
  const object = configuration.find(({ object }) => object.kind === kind && object.metadata.name === ref.name)
    ?.object;
  // The edge: the data of a ConfigMap or Secret.
  const data = object?.["data"] as Readonly<Record<string, string>> | undefined;
  const value = data?.[ref.key];
  if (value === undefined) {
    if (ref.optional === true) return undefined;
    throw new Error(`No key ${ref.key} in ${ref.name}`);
  }
  if (kind !== "Secret") return value;
  return new TextDecoder().decode(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)));
}

/** As the kubelet: `$$` is one dollar; what names no variable stays. */
function expanded(text: string): string {
  return text.replace(/\$\$/g, "$");
}
