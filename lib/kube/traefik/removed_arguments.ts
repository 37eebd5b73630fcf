/** Arguments that Traefik 3 no longer knows: one of them keeps it from starting. */
import type { Severity } from "../../diagnostics/diagnostic.ts";
import { report, type RouteContext } from "./context.ts";

interface Removed {
  readonly flag: RegExp;
  /** `info` where nothing is lost by leaving it out. */
  readonly severity: Severity;
  readonly hint: string;
}

/**
 * The options of Traefik 2.11 that 3.6 does not have, by their two lists of all arguments
 * (docs/content/reference/static-configuration/cli-ref.md), and those of earlier 2.x; what takes their place is in
 * docs/content/migrate/v2-to-v3-details.md. `providers` are not passed on, and sections as a whole are told elsewhere.
 */
const REMOVED: readonly Removed[] = [
  {
    flag: /^--experimental\.http3(?=[.=])/,
    severity: "info",
    hint: "Nothing is to be done: http3 of an entry point is enough in Traefik 3",
  },
  {
    flag: /^--experimental\.hub(?=[.=])/,
    severity: "warning",
    hint: "Remove it: Traefik Hub is a program of its own now",
  },
  {
    flag: /^--experimental\.devplugin(?=[.=])/,
    severity: "warning",
    hint: "Write experimental.localPlugins in its place",
  },
  {
    flag: /^--entrypoints\.[^.]+\.enablehttp3(?=[.=])/,
    severity: "warning",
    hint: "Write http3 of the entry point in its place: --entrypoints.NAME.http3=true",
  },
  {
    flag: /^--metrics\.influxdb(?=[.=])/,
    severity: "warning",
    hint: "Write metrics.influxDB2 in its place, or metrics.otlp for a collector",
  },
  {
    flag: /^--tracing\.(?:jaeger|zipkin|datadog|instana|haystack|elastic)(?=[.=])/,
    severity: "warning",
    hint: "Write tracing.otlp in its place: --tracing.otlp.http.endpoint=http://HOST:4318/v1/traces; " +
      "Jaeger takes it, others by an OpenTelemetry collector",
  },
  {
    flag: /^--tracing\.spannamelimit(?=[.=])/,
    severity: "info",
    hint: "Nothing is to be done: names of spans have a fixed length in Traefik 3",
  },
];

/** The arguments that Traefik 3 knows; of each option that is left out one finding says what takes its place. */
export function withoutRemoved(context: RouteContext, list: readonly string[]): readonly string[] {
  const gone = new Map<string, Removed>();
  const kept = list.filter((argument) => {
    for (const removed of REMOVED) {
      const [option] = removed.flag.exec(argument) ?? [];
      if (option === undefined) continue;
      gone.set(option.slice("--".length), removed);
      return false;
    }
    return true;
  });
  for (const [option, { severity, hint }] of gone) {
    report(
      context,
      severity,
      "traefik-option-removed",
      context.routing.static ?? {},
      `Traefik 3 does not know the option "${option}" and would not start with it: it is left out`,
      hint,
    );
  }
  return gone.size === 0 ? list : withoutIdleTracing(kept, gone);
}

/** Without its backend, the rest of `tracing` would have Traefik send to `tracing.otlp` on its own machine. */
function withoutIdleTracing(list: readonly string[], gone: ReadonlyMap<string, Removed>): readonly string[] {
  const lost = [...gone.keys()].some((option) => /^tracing\.(?!spannamelimit)/.test(option));
  return lost && !list.some((argument) => argument.startsWith("--tracing.otlp"))
    ? list.filter((argument) => !argument.startsWith("--tracing"))
    : list;
}
