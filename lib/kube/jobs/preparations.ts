/** The door of this folder: the Jobs of one service by what they are for, and all that is wrong with the decisions. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Conversion } from "../conversion.ts";
import { checkAgreement } from "../../stack/secrets/shared_secrets.ts";
import { brokerUsers } from "./rabbitmq/broker_users.ts";
import { backupJobs, timerJobs } from "./cron_jobs.ts";
import { databaseUsers } from "./database_users.ts";
import type { JobDecisions } from "../../decisions/jobs.ts";
import { serviceCalls } from "./http_calls.ts";
import { identityClients, identityMigration } from "./hydra/hydra_clients.ts";
import { brokerChart } from "./rabbitmq/rabbitmq_chart.ts";
import type { StackTexts } from "../../stack/secrets/located_secrets.ts";
import type { JobResult } from "./script/sources.ts";

/**
 * The objects of one purpose, in the order in which they are applied; a Job among them is waited for. Empty where the
 * decisions say nothing of the service.
 *
 * - `users`: databases, virtual hosts, users, grants (after the server is ready).
 * - `schema`: the identity server's own tables (before the server starts).
 * - `clients`: who may log in by it (after the server is ready).
 * - `calls`: over HTTP (after the program is ready).
 * - `chart`: in place of the broker's own workload and Services.
 */
export function preparation(
  purpose: "users" | "schema" | "clients" | "chart" | "calls",
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  switch (purpose) {
    case "users":
      return decisions.brokers?.[service] === undefined
        ? databaseUsers(conversion, decisions, service)
        : brokerUsers(conversion, decisions, service);
    case "schema":
      return identityMigration(conversion, decisions, service);
    case "clients":
      return identityClients(conversion, decisions, service);
    case "calls":
      return serviceCalls(conversion, decisions, service);
    case "chart":
      return brokerChart(conversion, decisions, service);
  }
}

/** What replaces the host's timers: volumes, claims and CronJobs of backups, and statements at a time. */
export function timed(conversion: Conversion, decisions: JobDecisions): JobResult {
  const [backups, timers] = [
    backupJobs(conversion, decisions),
    timerJobs(conversion, decisions),
  ];
  return {
    objects: [...backups.objects, ...timers.objects],
    findings: [...backups.findings, ...timers.findings],
  };
}

/** Everything that is wrong with these decisions for this stack, each once. */
export function checkPreparations(
  conversion: Conversion,
  texts: StackTexts,
  decisions: JobDecisions,
): Diagnostic[] {
  const findings = [
    ...checkAgreement(conversion, texts, decisions),
    ...Object.keys(decisions.databases ?? {}).flatMap((name) =>
      databaseUsers(conversion, decisions, name).findings
    ),
    ...Object.keys(decisions.brokers ?? {}).flatMap((name) => [
      ...brokerUsers(conversion, decisions, name).findings,
      ...brokerChart(conversion, decisions, name).findings,
    ]),
    ...Object.keys(decisions.identity ?? {}).flatMap((name) =>
      identityClients(conversion, decisions, name).findings
    ),
    ...Object.keys(decisions.calls ?? {}).flatMap((name) =>
      serviceCalls(conversion, decisions, name).findings
    ),
    ...timed(conversion, decisions).findings,
  ];
  const seen = new Set<string>();
  return findings.filter(({ code, message }) => {
    const text = `${code} ${message}`;
    return seen.has(text) ? false : seen.add(text);
  });
}
