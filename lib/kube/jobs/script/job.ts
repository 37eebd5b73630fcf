/** The frame of a Job or CronJob that runs one shell script with values from Secrets. */
import { createHmac } from "node:crypto";
import { type Digests, PUBLISHED } from "../../digests.ts";
import type { KubeObject } from "../../object.ts";
import type { Place } from "../../../stack/secrets/reference.ts";
import { unexpanded } from "../../unexpanded.ts";
import { SECCOMP } from "../../rights.ts";

/** Annotation of the pod template: a keyed digest of the values that the Job reads. A new one is a new run. */
export const INPUTS_ANNOTATION = "compose-ferry/inputs";

/** A variable of the container: its text, or the place that it is read from. */
export type Variable = { readonly text: string } | { readonly place: Place; readonly optional?: boolean };

/** What a script job is made from. */
export interface ScriptJob {
  readonly name: string;
  readonly namespace: string;
  /** The compose service that the job serves; it becomes the label `app.kubernetes.io/part-of`. */
  readonly service: string;
  readonly image: string;
  readonly script: string;
  /** `$1`, `$2` and so on of the script. Never a secret. */
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, Variable>>;
  readonly digests: Digests;
  readonly deadlineSeconds?: number;
  /** Claims mounted at paths. */
  readonly claims?: readonly { readonly claim: string; readonly path: string }[];
}

/** A Job; its pod template carries the digest of its inputs, so that changed inputs make it run again. */
export function scriptJob(job: ScriptJob): KubeObject {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: job.name, namespace: job.namespace, labels: labelsOf(job) },
    spec: jobSpec(job, 3),
  };
}

/** The same at a time of the day. `schedule` has five fields; `timeZone` is a name such as Europe/Berlin. */
export function scriptCronJob(
  job: ScriptJob,
  at: { readonly schedule: string; readonly timeZone?: string },
): KubeObject {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: job.name, namespace: job.namespace, labels: labelsOf(job) },
    spec: {
      schedule: at.schedule,
      ...(at.timeZone === undefined ? {} : { timeZone: at.timeZone }),
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: jobSpec(job, 1) },
    },
  };
}

/**
 * A keyed digest of what is read, by name; without the key nobody guesses a short password from it. What is only there
 * for a while does not count: its coming and going is no reason to run again.
 */
export function inputsDigest(variables: Readonly<Record<string, Variable>>, digests: Digests): string {
  return digests.symbol((key) => keyedInputs(variables, key));
}

function keyedInputs(variables: Readonly<Record<string, Variable>>, key: string): string {
  const hmac = createHmac("sha256", key);
  for (const [name, variable] of Object.entries(variables).sort(([left], [right]) => left < right ? -1 : 1)) {
    if (!("place" in variable)) continue;
    if (key === PUBLISHED && variable.place.kind === "Secret") continue;
    if (variable.optional === true && variable.place.value === undefined) continue;
    const value = variable.place.value ?? new Uint8Array();
    hmac.update(`${name}\0${value.length}\0`).update(value);
  }
  return hmac.digest("base64url").slice(0, 22);
}

function jobSpec(job: ScriptJob, backoffLimit: number): Record<string, unknown> {
  const claims = job.claims ?? [];
  const mounts = [
    { name: "work", mountPath: "/tmp" },
    ...claims.map(({ path }, index) => ({ name: `claim-${index}`, mountPath: path })),
  ];
  const volumes = [
    { name: "work", emptyDir: {} },
    ...claims.map(({ claim }, index) => ({
      name: `claim-${index}`,
      persistentVolumeClaim: { claimName: claim },
    })),
  ];
  return {
    backoffLimit,
    activeDeadlineSeconds: job.deadlineSeconds ?? 600,
    template: {
      metadata: {
        labels: labelsOf(job),
        annotations: { [INPUTS_ANNOTATION]: inputsDigest(job.variables, job.digests) },
      },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: "Never",
        securityContext: SECCOMP,
        containers: [{
          name: "script",
          image: job.image,
          imagePullPolicy: "IfNotPresent",
          command: ["/bin/sh", "-c"],
          args: [job.script, job.name, ...job.arguments].map(unexpanded),
          env: variablesJson(job.variables),
          volumeMounts: mounts,
          resources: {
            requests: { cpu: "10m", memory: "64Mi" },
            limits: { cpu: "1", memory: "512Mi" },
          },
          // A directory of the node may belong to anybody; root without capabilities could not write into it.
          securityContext: claims.length > 0
            ? { allowPrivilegeEscalation: false }
            : { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        }],
        volumes,
      },
    },
  };
}

function labelsOf(job: ScriptJob): Record<string, string> {
  return {
    "app.kubernetes.io/name": job.name,
    "app.kubernetes.io/part-of": job.service,
    "app.kubernetes.io/component": "job",
  };
}

/** `env` of a container. */
export function variablesJson(variables: Readonly<Record<string, Variable>>): Record<string, unknown>[] {
  return Object.entries(variables).map(([name, variable]) => variableJson(name, variable));
}

function variableJson(name: string, variable: Variable): Record<string, unknown> {
  if ("text" in variable) return { name, value: unexpanded(variable.text) };
  const { kind, name: object, key } = variable.place;
  const ref = { name: object, key, ...(variable.optional === true ? { optional: true } : {}) };
  return { name, valueFrom: kind === "Secret" ? { secretKeyRef: ref } : { configMapKeyRef: ref } };
}
