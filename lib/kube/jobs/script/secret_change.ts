/** The Secret that exists while a secret is being changed: what it is, and what it was. */

/** Its name, in the namespace of the stack. */
export const CHANGE_NAME = "compose-ferry-secret-change";

/** The key with the password before, for the Job that changes the administrator of a server. */
export function previousKey(server: string): string {
  return `previous.${server.replace(/[^-._a-zA-Z0-9]+/g, "-")}`;
}
