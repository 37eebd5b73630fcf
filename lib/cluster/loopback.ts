/** Which hosts are this machine itself. */

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/**
 * The host of a URL that leads to this machine, as `NO_PROXY` names it; undefined for every other URL. The rule is that
 * of Go's net/http, and so of kubectl: no proxy of the environment is asked for these.
 */
export function loopbackHost(url: string): string | undefined {
  const host = URL.parse(url)?.hostname ?? "";
  return LOOPBACK.test(host) ? host.replace(/^\[|\]$/g, "") : undefined;
}
