/** The statements that make databases, roles and grants of PostgreSQL what was decided; for psql 10 and later. */
import type { DatabaseServer, Grant } from "../../../decisions/jobs.ts";

/**
 * Input for psql, with the passwords in base64 as its variables `password_0` and so on in the order of the users.
 * psql puts variables in no quoted text, so that names are safe as they are written here. Only adds.
 */
export function postgresStatements(server: DatabaseServer): string {
  const users = Object.entries(server.users ?? {}).flatMap(([key, user], index) => {
    const name = user.name ?? key;
    const limit = user.maxUserConnections === undefined ? "" : ` CONNECTION LIMIT ${user.maxUserConnections}`;
    const role = (verb: string, where: string): string =>
      `SELECT format('${verb} ROLE %I WITH LOGIN PASSWORD %L${limit}', ${text(name)},` +
      ` convert_from(decode(:'password_${index}', 'base64'), 'UTF8'))${where} \\gexec`;
    return [
      say(`Role ${name}`),
      role("CREATE", ` WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${text(name)})`),
      role("ALTER", ""),
    ];
  });
  const databases = Object.entries(server.databases ?? {}).flatMap(([name, { owner }]) => [
    say(`Database ${name}`),
    `SELECT format('CREATE DATABASE %I', ${text(name)})` +
    ` WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${text(name)}) \\gexec`,
    ...(owner === undefined ? [] : [`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)};`]),
  ]);
  const grants = Object.entries(server.users ?? {}).flatMap(([key, user]) =>
    (user.grants ?? []).map((grant) =>
      `GRANT ${privilegesOf(grant)} ON DATABASE ${identifier(databaseOf(grant))} TO ${
        identifier(user.name ?? key)
      };`
    )
  );
  return [...users, ...databases, ...grants, say("Done"), ""].join("\n");
}

/** The database that a grant names; the empty text where it names none (the decisions are checked before). */
export function databaseOf(grant: Grant): string {
  return typeof grant === "string" ? grant : grant.database ?? "";
}

function privilegesOf(grant: Grant): string {
  return typeof grant === "string" ? "ALL" : grant.privileges?.join(", ").toUpperCase() ?? "ALL";
}

function say(what: string): string {
  return `SELECT ${text(what)};`;
}

/** With standard_conforming_strings, which the session sets, only the quote is special. */
function text(value: string): string {
  return `'${value.replace(/'/g, "''")}'`;
}

function identifier(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}
