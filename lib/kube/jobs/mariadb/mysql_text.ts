/** Names and texts as MariaDB and MySQL read them, with the session's sql_mode emptied. */

/** A string literal: backslash and quote escaped. */
export function text(value: string): string {
  return `'${value.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `\`${name.replace(/`/g, "``")}\``;
}

/** A user with the host it comes from. */
export function account(user: string, host: string): string {
  return `${text(user)}@${text(host)}`;
}

/**
 * The name of a database where a grant takes it for a pattern, as in `GRANT … ON name.*`: `_` and `%` are
 * escaped, so that exactly this database is meant.
 */
export function literalDatabase(name: string): string {
  return identifier(name.replace(/[\\_%]/g, (character) => `\\${character}`));
}
