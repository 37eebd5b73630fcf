/** Arguments that not every Traefik 3 knows: one that it does not know keeps it from starting. */
import { isAtLeast } from "../../decisions/traefik.ts";
import { reportMissing } from "./newer_fields.ts";
import type { RouteContext } from "./context.ts";

/**
 * Flags, and the first version with each: compared are the Go types of the static configuration of 3.6.7, 3.6.12 and
 * 3.7.13 (pkg/config/static, pkg/observability/types, pkg/provider/acme), with docs/content/migrate/v3.md.
 */
const FLAGS_SINCE: readonly (readonly [RegExp, string])[] = [
  [/^--entrypoints\.[^.]+\.http\.aliasheadersstrategy=/, "3.7.12"],
  [/^--entrypoints\.[^.]+\.http\.underscoreheadersstrategy=/, "3.6.20"],
  [/^--entrypoints\.[^.]+\.forwardedheaders\.notappendxforwardedfor=/, "3.7"],
  [/^--accesslog\.dualoutput=/, "3.7"],
  [/^--accesslog\.fields\.queryparameters[.=]/, "3.7"],
  [/^--certificatesresolvers\.[^.]+\.acme\.certificatetimeout=/, "3.7"],
];

/** Those of the arguments that the cluster's Traefik knows; of each other a finding says that it is left out. */
export function knownArguments(context: RouteContext, list: readonly string[]): readonly string[] {
  const { there, decisions, routing } = context;
  return list.filter((argument) => {
    const [, since] = FLAGS_SINCE.find(([flag]) => flag.test(argument)) ?? [];
    if (since === undefined) return true;
    context.newer.add(argument);
    const isKnown = isAtLeast(there?.version ?? decisions.version, since);
    const what = `The argument "${argument.replace(/=.*/s, "")}" of the static configuration`;
    const isTold = there?.version !== undefined;
    const without = "it is left out, as Traefik would not start with it";
    if (!isKnown) reportMissing(context, routing.static ?? {}, since, { what, without }, isTold);
    return isKnown;
  });
}
