/** What Traefik 2 did otherwise than Traefik 3, by the version of the stack's. */
import { isOlder } from "../../decisions/traefik.ts";
import type { RouteContext } from "./context.ts";

/** Until this version semicolons in queries stayed; since this one requests have to be read within a minute. */
export const semicolonsUntil = "2.7.2";
export const readTimeoutSince = "2.11.2";

/** Whether the stack's Traefik is older than a change, and its ways are kept. */
export function keeps(context: RouteContext, changed: string): boolean {
  return context.keepsVersion2 && isOlder(context.routing.traefikVersion ?? "3", changed);
}
