/** The ports that Jobs talk to: their Services need them, whatever image and compose file say of ports. */
import type { Decisions } from "../decisions/decisions.ts";

/** The port on which a server of each engine listens where nothing else is decided. */
export const DATABASE_PORTS = { mariadb: 3306, mysql: 3306, postgres: 5432, mongodb: 27017 } as const;
/** The management API of RabbitMQ, which is a plugin: images without "management" in their tag do not expose it. */
export const MANAGEMENT_PORT = 15672;
/** The administrative API of Hydra. */
export const ADMINISTRATION_PORT = 4445;

/** A port of a service that a Job asks, and the decision that makes the Job. */
export interface JobPort {
  readonly port: number;
  readonly path: readonly string[];
}

/** What the Jobs of `databases:`, `brokers:`, `identity:` and `calls:` ask of this service. */
export function jobPorts(decisions: Decisions, service: string): readonly JobPort[] {
  const database = decisions.databases?.[service];
  const broker = decisions.brokers?.[service];
  const identity = decisions.identity?.[service];
  const isPrepared = broker !== undefined && broker.host === undefined &&
    (broker.users !== undefined || broker.vhosts !== undefined);
  return [
    ...(database === undefined
      ? []
      : [{ port: database.port ?? DATABASE_PORTS[database.engine], path: ["databases", service] }]),
    ...(isPrepared ? [{ port: broker.port ?? MANAGEMENT_PORT, path: ["brokers", service] }] : []),
    ...(identity?.clients === undefined
      ? []
      : [{ port: identity.port ?? ADMINISTRATION_PORT, path: ["identity", service] }]),
    ...Object.entries(decisions.calls?.[service] ?? {}).flatMap(([name, { port }]) =>
      port === undefined ? [] : [{ port, path: ["calls", service, name] }]
    ),
  ];
}
