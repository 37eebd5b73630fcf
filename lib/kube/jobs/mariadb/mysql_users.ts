/** The statements that make databases, users and grants of MariaDB or MySQL what was decided. */
import type { DatabaseServer, Grant } from "../../../decisions/jobs.ts";
import { account, identifier, literalDatabase, text } from "./mysql_text.ts";

/**
 * Statements for the client's standard input, with the passwords as the session variables `@password_0` and so
 * on in the order of the users, and `@password_admin`, each as `@identified_…` in the form in which it is sent. They only add: nothing is dropped or revoked.
 */
export function mysqlStatements(server: DatabaseServer): string {
  const databases = Object.entries(server.databases ?? {}).flatMap(([name, { charset, collation }]) => [
    say(`Database ${name}`),
    `CREATE DATABASE IF NOT EXISTS ${identifier(name)}` +
    (charset === undefined ? "" : ` CHARACTER SET ${charset}`) +
    (collation === undefined ? "" : ` COLLATE ${collation}`) + ";",
  ]);
  const users = Object.entries(server.users ?? {}).flatMap(([key, user], index) => {
    const who = account(user.name ?? key, user.host ?? "%");
    const limit = user.maxUserConnections === undefined
      ? ""
      : ` WITH MAX_USER_CONNECTIONS ${user.maxUserConnections}`;
    return [
      say(`User ${user.name ?? key} from ${user.host ?? "%"}`),
      ...withPassword(`CREATE USER IF NOT EXISTS ${who} IDENTIFIED BY `, index, limit),
      ...withPassword(`ALTER USER ${who} IDENTIFIED BY `, index, limit),
      ...(user.grants ?? []).map((grant) => `GRANT ${privilegesOf(grant)} ON ${targetOf(grant)} TO ${who};`),
    ];
  });
  return [...databases, ...users, say("Done"), ""].join("\n");
}

/** Prepared, because no client quotes for us: the session has made a literal of any text. */
function withPassword(before: string, index: number, after: string): string[] {
  return [
    `SET @statement = CONCAT(${text(before)}, @identified_${index}, ${text(after)});`,
    "PREPARE statement FROM @statement;",
    "EXECUTE statement;",
    "DEALLOCATE PREPARE statement;",
  ];
}

function say(what: string): string {
  return `SELECT ${text(what)};`;
}

function privilegesOf(grant: Grant): string {
  return typeof grant === "string" ? "ALL" : grant.privileges?.join(", ").toUpperCase() ?? "ALL";
}

/** A grant on a table takes the database's name as it is; only one on a whole database is a pattern. */
function targetOf(grant: Grant): string {
  if (typeof grant === "string") return `${literalDatabase(grant)}.*`;
  if (grant.everything === true) return "*.*";
  if (grant.pattern !== undefined) return `${identifier(grant.pattern)}.*`;
  const database = grant.database ?? "";
  return grant.table === undefined
    ? `${literalDatabase(database)}.*`
    : `${identifier(database)}.${identifier(grant.table)}`;
}
