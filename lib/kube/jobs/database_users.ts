/** One Job for each database server: its databases, users, grants and their current passwords. */
import type { Conversion } from "../conversion.ts";
import { type Diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import type { PlannedObject } from "../object.ts";
import { Decided } from "../../decisions/decided.ts";
import type { DatabaseServer, Grant, JobDecisions } from "../../decisions/jobs.ts";
import { scriptJob, type Variable } from "./script/job.ts";
import { adminVariables, type JobResult, neededUsers, Sources } from "./script/sources.ts";
import { label } from "../../stack/names.ts";
import { MONGODB_USERS_PROGRAM, MONGODB_USERS_SCRIPT } from "./mongodb/mongodb_script.ts";
import { DATABASE_PORTS } from "../../stack/job_ports.ts";
import { MYSQL_USERS_SCRIPT } from "./mariadb/mysql_script.ts";
import { mysqlStatements } from "./mariadb/mysql_users.ts";
import { databaseOf, postgresStatements } from "./postgres/postgres_users.ts";
import { POSTGRES_USERS_SCRIPT } from "./postgres/postgres_script.ts";

/** The Job for the users of `service`, or nothing where none are decided or something it needs is missing. */
export function databaseUsers(
  conversion: Conversion,
  decisions: JobDecisions,
  service: string,
): JobResult {
  const decided = decisions.databases?.[service];
  if (decided?.users === undefined && decided?.databases === undefined) return { objects: [], findings: [] };
  const path = new Decided(decisions, "databases", service);
  const needed = neededUsers(conversion, decided.users ?? {}, path);
  const server: DatabaseServer = { ...decided, users: needed.users };
  const sources = new Sources(conversion);
  const wrong = impossible(server, path);
  const image = server.image ?? conversion.services.get(service)?.image;
  if (image === undefined) {
    return { objects: [], findings: [...wrong, sources.missingService(path, service)] };
  }
  const users = Object.entries(server.users ?? {});
  const variables: Record<string, Variable> = {
    ...connection(sources, server, service, path, service),
    PASSWORDS: { text: String(users.length) },
    ...(server.engine === "mongodb" ? { USERS: { text: mongodbUsers(server) } } : {}),
    ...Object.assign(
      {},
      ...users.map(([key, user], index) => ({
        [`USER_${index}`]: { text: user.name ?? key },
        ...sources.variable(`PASSWORD_${index}`, user.password, path.at("users", key, "password"), user.same),
      })),
    ),
  };
  const findings = [...wrong, ...sources.findings, ...needed.findings];
  if (hasErrors(findings)) return { objects: [], findings };
  const planned: PlannedObject = {
    object: scriptJob({
      name: label(`${service}-users`),
      namespace: conversion.namespace,
      service,
      image,
      ...programOf(server),
      variables,
      digests: conversion.digests,
    }),
    service,
  };
  return { objects: [planned], findings };
}

/**
 * How the scripts reach the server and log in. `changesAdmin` names the server whose administrator the script brings
 * to the new password.
 */
export function connection(
  sources: Sources,
  server: DatabaseServer,
  service: string,
  path: Decided,
  changesAdmin?: string,
): Record<string, Variable> {
  return {
    WAIT_SECONDS: { text: "300" },
    DATABASE_HOST: { text: sources.hostNameOf(service) },
    DATABASE_PORT: { text: String(server.port ?? DATABASE_PORTS[server.engine]) },
    ...adminVariables(sources, server.admin, path.at("admin"), changesAdmin),
  };
}

function programOf(server: DatabaseServer): { script: string; arguments: readonly string[] } {
  switch (server.engine) {
    case "mariadb":
    case "mysql":
      return { script: MYSQL_USERS_SCRIPT, arguments: [mysqlStatements(server)] };
    case "postgres":
      return { script: POSTGRES_USERS_SCRIPT, arguments: [postgresStatements(server)] };
    case "mongodb":
      return { script: MONGODB_USERS_SCRIPT, arguments: [MONGODB_USERS_PROGRAM] };
  }
}

function mongodbUsers(server: DatabaseServer): string {
  return JSON.stringify(
    Object.entries(server.users ?? {}).map(([key, { name, database = "admin", roles = [] }]) => ({
      name: name ?? key,
      database,
      roles: roles.map((role) => ({ role: role.role, db: role.database ?? database })),
    })),
  );
}

/** What the engine cannot do, or what a grant says twice. */
function impossible(server: DatabaseServer, path: Decided): Diagnostic[] {
  const isMysql = server.engine === "mariadb" || server.engine === "mysql";
  return Object.entries(server.users ?? {}).flatMap(([key, user]) =>
    (user.grants ?? []).flatMap((grant, index) => {
      const decision = path.at("users", key, "grants", index);
      const wrong = isMysql
        ? mysqlProblem(grant)
        : server.engine === "mongodb"
        ? "MongoDB has roles in place of grants"
        : postgresProblem(grant);
      return wrong === undefined ? [] : [
        {
          code: "kube-job-grant",
          severity: "error",
          message: `Decision "${decision}" cannot be granted: ${wrong}`,
          ...decision.place,
          hint: "Name one database, pattern or everything, and a table only with a database",
        } as const,
      ];
    })
  );
}

/** What GRANT … ON DATABASE takes: https://www.postgresql.org/docs/current/sql-grant.html */
const POSTGRES_PRIVILEGES = ["ALL", "ALL PRIVILEGES", "CREATE", "CONNECT", "TEMP", "TEMPORARY"];

function postgresProblem(grant: Grant): string | undefined {
  if (databaseOf(grant) === "" || typeof grant !== "string" && grant.table !== undefined) {
    return "PostgreSQL takes a database and privileges on it";
  }
  const privileges = typeof grant === "string" ? [] : grant.privileges ?? [];
  const wrong = privileges.filter((one) => !POSTGRES_PRIVILEGES.includes(one.toUpperCase()));
  return wrong.length === 0
    ? undefined
    : `PostgreSQL gives ${wrong.join(", ")} on tables, not on a database; let the user own the database`;
}

function mysqlProblem(grant: Grant): string | undefined {
  if (typeof grant === "string") return undefined;
  const targets = [grant.database, grant.pattern, grant.everything].filter((target) => target !== undefined);
  if (targets.length !== 1) return "it names not exactly one of database, pattern and everything";
  return grant.table !== undefined && grant.database === undefined
    ? "it names a table of no database"
    : undefined;
}
