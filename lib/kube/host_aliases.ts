/** `hostAliases` of pods: lines of their hosts file, as the API takes them. */

export interface HostAlias {
  readonly ip: string;
  readonly hostnames: readonly string[];
}

/** One line for each address: the API refuses a second. */
export function byAddress(aliases: readonly HostAlias[]): HostAlias[] {
  const hostnames = new Map<string, string[]>();
  for (const alias of aliases) {
    hostnames.set(alias.ip, [...hostnames.get(alias.ip) ?? [], ...alias.hostnames]);
  }
  return [...hostnames].map(([ip, names]) => ({ ip, hostnames: [...new Set(names)] }));
}

/** Names of hosts have no case. */
export function plainHostName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part));
}
