/** Ports that compose publishes on the host, and where each goes. */
import type { Span } from "../diagnostics/diagnostic.ts";
import type { Protocol } from "./ports.ts";

/** One published port of one container, ranges resolved. */
export interface Published {
  readonly service: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly hostPort: number;
  /** The one address of the host on which it is reached; absent where that is every one. */
  readonly hostIp?: string;
  readonly span?: Span;
  readonly index: number;
}

/** A TCP or UDP port that Traefik opens, as an entry point of its own. */
export interface EntryPointPort extends Published {
  readonly entryPoint: string;
}

/** Published ports by what becomes of them. */
export interface Publications {
  readonly entryPoints: readonly EntryPointPort[];
  readonly loadBalancers: readonly Published[];
  /** By service: a pod's port once at the most. */
  readonly hostPorts: ReadonlyMap<string, readonly Published[]>;
}

/** Where one published port goes, and whether that was decided. */
export interface Placed {
  readonly port: Published;
  /** Docker itself publishes nothing of a service that is `shut`; one that is `open` has the machine's network. */
  readonly way: "private" | "loadBalancer" | "hostPort" | "entryPoint" | "open" | "shut";
  readonly entryPoint?: string;
  readonly isDecided: boolean;
  /** What keeps it from being reached as before. */
  readonly why?: string;
}
