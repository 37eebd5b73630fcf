/** Traefik's ping endpoint, which the probes of the chart ask: they follow it to where the stack has it. */
import { booleanField, structField, textField } from "../../traefik/static_configuration.ts";
import { podPort } from "./chart_ports.ts";
import { report, type RouteContext } from "./context.ts";
import type { MappedEntryPoint } from "./entry_points.ts";

/** The internal entry point, where ping answers unless something else is said, and where the chart's probes ask. */
const USUAL = "traefik";

/** The entry point of the stack on which ping answers; undefined for the usual one. */
function pingEntryPoint({ routing, entryPoints }: RouteContext): MappedEntryPoint | undefined {
  const ping = structField(routing.static?.fields, "ping");
  const name = textField(ping, "entryPoint");
  const isManual = booleanField(ping, "manualRouting") === true;
  return name === undefined || name === USUAL || isManual ? undefined : entryPoints.byName.get(name);
}

/**
 * The arguments of ping with which it answers where the probes ask. With `manualRouting` it answers on the stack's own
 * routers to `ping@internal` alone, and these need nothing of it: without the option it answers there and, for the
 * probes, on the internal entry point, which nobody outside reaches.
 */
export function pingArguments(context: RouteContext, list: readonly string[]): readonly string[] {
  const ping = structField(context.routing.static?.fields, "ping");
  const name = textField(ping, "entryPoint");
  const moves = pingEntryPoint(context) !== undefined;
  if (!moves && name !== undefined && name !== USUAL && booleanField(ping, "manualRouting") !== true) {
    report(
      context,
      "warning",
      "traefik-entry-point-unknown",
      context.routing.static ?? {},
      `The entry point "${name}" of ping does not exist: ping answers on the internal one`,
      `The static configuration has: ${[...context.entryPoints.byName.keys()].join(", ")}`,
    );
  }
  return list.filter((argument) =>
    !/^--ping\.manualrouting=/.test(argument) && (moves || !/^--ping\.entrypoint=/.test(argument))
  );
}

/** Where the chart's probes ask, as its values; nothing where they ask where they always do. */
export function probeValues(
  context: RouteContext,
  ports: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entryPoint = pingEntryPoint(context);
  const healthchecksPort = entryPoint && podPort(ports, entryPoint.target);
  if (healthchecksPort === undefined) return {};
  return { healthchecksPort, ...(entryPoint?.hasTls === true ? { healthchecksScheme: "HTTPS" } : {}) };
}
