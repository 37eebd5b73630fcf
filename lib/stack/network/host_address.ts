/** Addresses of the host on which compose publishes a port. */

/** Whether only programs of the machine itself could reach it. */
export function isLoopback(hostIp: string | undefined): boolean {
  return hostIp !== undefined && (/^127\./.test(hostIp) || hostIp === "::1" || hostIp === "localhost");
}

/** Whether it is one address, and not every one of the host. */
export function isOneAddress(hostIp: string | undefined): hostIp is string {
  return hostIp !== undefined && !["", "0.0.0.0", "::", "[::]"].includes(hostIp);
}
