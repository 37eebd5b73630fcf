/**
 * ofelia's jobs as CronJobs. What it runs in a container is run there by `kubectl exec`, with the files, the variables and
 * the sockets that the program has; what has an image of its own is a pod of it.
 */
import { shellWord } from "../../../diagnostics/shell_word.ts";
import { yamlWord } from "../../../diagnostics/yaml_word.ts";
import { at, type Context } from "../../../stack/context.ts";
import { label } from "../../../stack/names.ts";
import { type OfeliaJob, ofeliaJobs, ofeliaService } from "../../../stack/ofelia.ts";
import type { Secrets } from "../../../stack/secrets/classification.ts";
import type { ConvertedService } from "../../conversion.ts";
import type { KubeObject, PlannedObject } from "../../object.ts";
import { SECCOMP } from "../../rights.ts";
import { unexpanded } from "../../unexpanded.ts";
import { cronTimeOf } from "./schedule.ts";
import { execRights, EXECUTOR } from "./rights.ts";
import { wordsOf } from "./words.ts";

/** The official image, whose only program is kubectl. */
const KUBECTL = "registry.k8s.io/kubectl:v1.33.4";

const NAME = 52;

/** The CronJobs, and first the rights that they need. What has no like is reported. */
export function ofeliaCronJobs(
  context: Context,
  services: ReadonlyMap<string, ConvertedService>,
  secrets: Secrets,
): readonly PlannedObject[] {
  const { project, decisions, bindSources } = context;
  const made = ofeliaJobs(project, decisions, bindSources).flatMap((job): Made[] => {
    const result = madeOf(context, services, secrets, job);
    if (typeof result !== "string") return [result];
    reportLeftOut(context, job, result);
    return [];
  });
  const workloads = made.flatMap(({ workload }) => workload === undefined ? [] : [workload]);
  return [
    ...execRights(context.namespace, project.name, workloads),
    ...made.map(({ object, job }): PlannedObject => {
      const { span } = at(project, job.path);
      return { object, ...(span === undefined ? {} : { source: span }), service: job.service ?? job.owner };
    }),
  ];
}

interface Made {
  readonly job: OfeliaJob;
  readonly object: KubeObject;
  /** In whose pods it runs something. */
  readonly workload?: KubeObject;
}

/** The CronJob, or why there is none. */
function madeOf(
  context: Context,
  services: ReadonlyMap<string, ConvertedService>,
  secrets: Secrets,
  job: OfeliaJob,
): Made | string {
  const time = cronTimeOf(job.settings["schedule"] ?? "");
  if (time === undefined) return "its schedule is none that cron knows";
  const words = wordsOf(job.settings["command"] ?? "");
  if (secrets.ofCommand(words) !== undefined) {
    return "its command holds a secret, and everybody can read a CronJob";
  }
  const made = job.kind === "job-exec"
    ? executed(services, job, words)
    : job.kind === "job-run"
    ? started(job, words)
    : "it runs in ofelia's own container or in swarm";
  if (typeof made === "string") return made;
  const name = label(`${job.service ?? job.owner}-${job.name}`, NAME);
  const zone = zoneOf(context);
  reportMade(context, job, name, time.differs);
  return {
    job,
    ...(made.workload === undefined ? {} : { workload: made.workload }),
    object: {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name, namespace: context.namespace, labels: labelsOf(job, name) },
      spec: {
        schedule: time.schedule,
        ...(zone === undefined ? {} : { timeZone: zone }),
        concurrencyPolicy: job.settings["no-overlap"] === "true" ? "Forbid" : "Allow",
        startingDeadlineSeconds: 60,
        successfulJobsHistoryLimit: 2,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            template: {
              metadata: { labels: labelsOf(job, name) },
              spec: {
                enableServiceLinks: false,
                restartPolicy: "Never",
                securityContext: SECCOMP,
                ...made.pod,
              },
            },
          },
        },
      },
    },
  };
}

interface Ran {
  readonly pod: Record<string, unknown>;
  readonly workload?: KubeObject;
}

function executed(
  services: ReadonlyMap<string, ConvertedService>,
  job: OfeliaJob,
  words: readonly string[],
): Ran | string {
  const service = services.get(job.service ?? "");
  const workload = services.get(service?.inPodOf ?? service?.name ?? "")?.workload[0]?.object;
  if (service === undefined || workload === undefined) return "its container is no service that is moved";
  if (workload.kind === "Job") return "its container ends by itself";
  if (words.length === 0) return "it has no command";
  return {
    workload,
    pod: {
      serviceAccountName: EXECUTOR,
      automountServiceAccountToken: true,
      containers: [{
        name: "exec",
        image: KUBECTL,
        imagePullPolicy: "IfNotPresent",
        args: [
          "exec",
          `${workload.kind.toLowerCase()}/${workload.metadata.name}`,
          "-c",
          label(service.name),
          "--",
          ...variablesOf(job),
          ...words,
        ].map(unexpanded),
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          runAsUser: 65534,
          capabilities: { drop: ["ALL"] },
        },
      }],
    },
  };
}

function started(job: OfeliaJob, words: readonly string[]): Ran | string {
  const { image, user = "", volume, container } = job.settings;
  if (container !== undefined || image === undefined) return "it starts a container that is there already";
  if (volume !== undefined || job.settings["volumes-from"] !== undefined) {
    return "it mounts volumes of the machine";
  }
  const uid = user === "" || user === "root" ? 0 : Number(user);
  if (!Number.isInteger(uid)) return `it runs as "${user}", and Kubernetes takes numbers`;
  const variables = [...environmentOf(job)];
  return {
    pod: {
      automountServiceAccountToken: false,
      containers: [{
        name: "run",
        image,
        imagePullPolicy: "IfNotPresent",
        ...(words.length === 0 ? {} : { args: words.map(unexpanded) }),
        ...(variables.length === 0
          ? {}
          : { env: variables.map(([name, value]) => ({ name, value: unexpanded(value) })) }),
        securityContext: { runAsUser: uid },
      }],
    },
  };
}

/** Of `environment`, which is `A=b` or a list of JSON. */
function* environmentOf({ settings }: OfeliaJob): Iterable<readonly [string, string]> {
  const text = settings["environment"] ?? "";
  let all: readonly unknown[] = text === "" ? [] : [text];
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) all = parsed;
  } catch {
    // One variable as it is.
  }
  for (const one of all) {
    const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(String(one)) ?? [];
    if (name !== undefined) yield [name, value];
  }
}

function variablesOf(job: OfeliaJob): readonly string[] {
  const variables = [...environmentOf(job)].map(([name, value]) => `${name}=${value}`);
  return variables.length === 0 ? [] : ["env", ...variables];
}

/** Times are those of ofelia's container: UTC, or what it is told; with the machine's own, those of the node. */
function zoneOf({ project, decisions }: Context): string | undefined {
  const ofelia = ofeliaService(project, decisions);
  const isMachines = ofelia?.volumes?.some(({ target }) => target === "/etc/localtime") === true;
  return ofelia?.environment?.["TZ"] ?? (isMachines ? undefined : "Etc/UTC");
}

function labelsOf(job: OfeliaJob, name: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/part-of": label(job.service ?? job.owner),
    "app.kubernetes.io/component": "job",
  };
}

function reportMade(
  { project, report, namespace }: Context,
  job: OfeliaJob,
  name: string,
  differs?: string,
): void {
  const isExec = job.kind === "job-exec";
  const user = job.settings["user"] === undefined ? "root" : `"${job.settings["user"]}"`;
  const place = isExec
    ? `its command is run in a pod of service "${job.service}" through kubectl, as the program's user; ofelia took ${user}`
    : "a pod of its image, in the cluster's network";
  report({
    code: "kube-schedule",
    severity: "warning",
    message: `"${job.name}" of ofelia is CronJob "${name}"${
      differs === undefined ? "" : `, ${differs}`
    }: ${place}`,
    ...at(project, job.path),
    hint: `Try it once: kubectl -n ${shellWord(namespace)} create job ${
      shellWord(`--from=cronjob/${name}`)
    } ${shellWord(`try-${name.slice(0, 40)}`)}${
      isExec ? "; its ServiceAccount may run commands in the pods of the namespace" : ""
    }`,
  });
}

function reportLeftOut({ project, report }: Context, job: OfeliaJob, why: string): void {
  report({
    code: "kube-schedule-left-out",
    severity: "question",
    message: `"${job.name}" of ofelia (${job.kind}) is left out: ${why}`,
    ...at(project, job.path),
    hint: `Make a CronJob for it; for statements of a database: timers: { ${
      yamlWord(label(job.name))
    }: { service: SERVICE, schedule: SCHEDULE, database: DATABASE, sql: SQL } }`,
  });
}
