/** CronJobs in place of the host's timers: dumps into directories of the node, and statements at a time. */
import { nodeDirectory } from "../storage/node_directory.ts";
import type { Conversion } from "../conversion.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { label } from "../../stack/names.ts";
import type { KubeObject, PlannedObject } from "../object.ts";
import {
  MONGODB_BACKUP_SCRIPT,
  MYSQL_BACKUP_SCRIPT,
  MYSQL_TIMER_SCRIPT,
  POSTGRES_BACKUP_SCRIPT,
  POSTGRES_TIMER_SCRIPT,
} from "./backup_scripts.ts";
import { connection } from "./database_users.ts";
import { Decided } from "../../decisions/decided.ts";
import type { Backups, DatabaseServer, JobDecisions, Timers } from "../../decisions/jobs.ts";
import { scriptCronJob } from "./script/job.ts";
import { type JobResult, Sources } from "./script/sources.ts";

const DUMPS = {
  mariadb: { script: MYSQL_BACKUP_SCRIPT, extension: "sql.gz" },
  mysql: { script: MYSQL_BACKUP_SCRIPT, extension: "sql.gz" },
  postgres: { script: POSTGRES_BACKUP_SCRIPT, extension: "sql.gz" },
  mongodb: { script: MONGODB_BACKUP_SCRIPT, extension: "archive.gz" },
} as const;

/** Volume, claim and CronJob of every decided backup. The directory must exist on the node, as for every local volume. */
export function backupJobs(conversion: Conversion, decisions: JobDecisions): JobResult {
  return joined(
    Object.entries(decisions.backups ?? {}).map(([name, backup]) =>
      backupJob(conversion, decisions, name, backup)
    ),
  );
}

/** The CronJob of every decided timer. */
export function timerJobs(conversion: Conversion, decisions: JobDecisions): JobResult {
  return joined(
    Object.entries(decisions.timers ?? {}).map(([name, timer]) =>
      timerJob(conversion, decisions, name, timer)
    ),
  );
}

function backupJob(
  conversion: Conversion,
  decisions: JobDecisions,
  name: string,
  backup: Backups[string],
): JobResult {
  const path = new Decided(decisions, "backups", name);
  const base = serverOf(conversion, decisions, backup.service, path);
  if ("findings" in base) return base;
  const { server, image, sources } = base;
  const { script, extension } = DUMPS[server.engine];
  const claim = label(`backup-${name}`);
  const variables = {
    ...connection(sources, server, backup.service, new Decided(decisions, "databases", backup.service)),
    BACKUP_NAME: { text: name },
    EXTENSION: { text: extension },
    KEEP: { text: String(backup.keep ?? 7) },
  };
  const several = server.engine === "mongodb" && (backup.databases?.length ?? 0) > 1;
  const findings = [...sources.findings, ...(several ? [oneDatabase(path)] : [])];
  if (findings.length > 0) return { objects: [], findings };
  const job = scriptCronJob({
    name: label(`backup-${name}`, 52),
    namespace: conversion.namespace,
    service: backup.service,
    image,
    script,
    arguments: backup.databases ?? [],
    variables,
    digests: conversion.digests,
    deadlineSeconds: 6 * 3600,
    claims: [{ claim, path: "/backup" }],
  }, timeOf(backup));
  const objects = [...volume(conversion.namespace, decisions, claim, backup), job];
  return {
    objects: objects.map((object): PlannedObject => ({ object, service: backup.service })),
    findings: [],
  };
}

function timerJob(
  conversion: Conversion,
  decisions: JobDecisions,
  name: string,
  timer: Timers[string],
): JobResult {
  const path = new Decided(decisions, "timers", name);
  const base = serverOf(conversion, decisions, timer.service, path);
  if ("findings" in base) return base;
  const { server, image, sources } = base;
  const variables = connection(
    sources,
    server,
    timer.service,
    new Decided(decisions, "databases", timer.service),
  );
  const findings = [...sources.findings, ...(server.engine === "mongodb" ? [noSql(path)] : [])];
  if (findings.length > 0) return { objects: [], findings };
  const object = scriptCronJob({
    name: label(`timer-${name}`, 52),
    namespace: conversion.namespace,
    service: timer.service,
    image,
    script: server.engine === "postgres" ? POSTGRES_TIMER_SCRIPT : MYSQL_TIMER_SCRIPT,
    arguments: [timer.sql, timer.database],
    variables,
    digests: conversion.digests,
    deadlineSeconds: 3600,
  }, timeOf(timer));
  return { objects: [{ object, service: timer.service }], findings: [] };
}

function serverOf(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
  path: Decided,
): { server: DatabaseServer; image: string; sources: Sources } | JobResult {
  const sources = new Sources(conversion);
  const server = decisions.databases?.[service];
  const image = server?.image ?? conversion.services.get(service)?.image;
  if (server === undefined || image === undefined) {
    return { objects: [], findings: [sources.missingService(path.at("service"), service)] };
  }
  return { server, image, sources };
}

function timeOf(
  at: { schedule: string; timeZone?: string | undefined },
): { schedule: string; timeZone?: string } {
  return { schedule: at.schedule, ...(at.timeZone === undefined ? {} : { timeZone: at.timeZone }) };
}

/** A volume on the directory, as for the data of the services themselves. */
function volume(
  namespace: string,
  decisions: JobDecisions,
  claim: string,
  backup: Backups[string],
): KubeObject[] {
  const name = label(`${namespace}-${claim}`);
  const storage = backup.size ?? "10Gi";
  const storageClassName = decisions.storageClass ?? "local-storage";
  const source = nodeDirectory({
    path: backup.directory,
    create: decisions.storageDirectories === "create",
    storageId: backup.storageId ?? decisions.storageId,
  });
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName,
        volumeMode: "Filesystem",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claim },
        ...source,
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: claim, namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        volumeMode: "Filesystem",
        volumeName: name,
        resources: { requests: { storage } },
      },
    },
  ];
}

function oneDatabase(path: Decided): Diagnostic {
  return {
    code: "kube-job-backup",
    severity: "error",
    message: `Decision "${path}" names several databases; mongodump takes one or all`,
    ...path.at("databases").place,
    hint: "Leave databases out, or make a backup of each",
  };
}

function noSql(path: Decided): Diagnostic {
  return {
    code: "kube-job-timer",
    severity: "error",
    message: `Decision "${path}" has statements for MongoDB, which takes no SQL`,
    ...path.at("sql").place,
    hint: "Name a service with MariaDB, MySQL or PostgreSQL",
  };
}

function joined(results: readonly JobResult[]): JobResult {
  return {
    objects: results.flatMap(({ objects }) => objects),
    findings: results.flatMap(({ findings }) => findings),
  };
}
