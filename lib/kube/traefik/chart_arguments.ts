/** Traefik's whole command line, but for what the chart gives it by itself. */
import { normalize } from "../../traefik/go_template_functions.ts";
import type { TextAt } from "../../traefik/inline_files.ts";
import { withFiles } from "./argument_files.ts";
import { type Resolver, resolverArguments } from "./certificate_resolvers.ts";
import { report, type RouteContext } from "./context.ts";
import { qualifiedAt } from "./entry_point_references.ts";
import { type LogFile, withLogFiles } from "./log_files.ts";
import { knownArguments } from "./newer_arguments.ts";
import { type NamedArguments, namedArguments } from "./own_names.ts";
import { pingArguments } from "./ping.ts";
import { type Plugins, withoutLostPlugins } from "./plugins.ts";
import { withoutRemoved } from "./removed_arguments.ts";
import { staticArguments } from "./static_arguments.ts";
import { keeps, readTimeoutSince, semicolonsUntil } from "./version_2.ts";

/** Of what the arguments speak beside the static configuration itself. */
interface ArgumentsOf {
  readonly resolvers: readonly Resolver[];
  /** Certificates of their authorities: where the pod has them, by their paths in the stack's Traefik. */
  readonly authorities: ReadonlyMap<string, string>;
  readonly logs: readonly LogFile[];
  readonly plugins: Plugins;
  readonly textAt: TextAt | undefined;
}

/** The arguments, and where Traefik's DNS has to look for the names in them. */
export function chartArguments(
  context: RouteContext,
  { resolvers, authorities, logs, plugins, textAt }: ArgumentsOf,
): NamedArguments {
  const { entryPoints, routing, namespace } = context;
  const inCluster = (name: string): string => `${namespace}-${name}@kubernetescrd`;
  const { middlewares } = routing.http;
  const target = (name: string): string => entryPoints.byName.get(name)?.target ?? name;
  const fixed = staticArguments({
    fields: routing.static?.fields ?? {},
    entryPoints,
    keepsSemicolons: keeps(context, semicolonsUntil),
    keepsNoReadTimeout: keeps(context, readTimeoutSince),
    // The names of middlewares are normalized in the cluster, and those of TLS options are not (pkg/provider/kubernetes/crd).
    middlewareNames: (entryPoint, reference) =>
      entryPointMiddlewares(context, entryPoint, qualifiedAt(context, entryPoint, reference, middlewares))
        .map((name) => `${normalize(`${namespace}-${name}`)}@kubernetescrd`),
    tlsOptionsName: (entryPoint, reference) => {
      if (reference === "default") return reference;
      const qualified = qualifiedAt(context, entryPoint, reference, routing.tls.options);
      const name = context.names.tlsOptions.get(qualified);
      if (name === undefined) return unknownOptions(context, entryPoint, qualified);
      return name === "default" ? name : inCluster(name);
    },
  });
  const written = withoutLostPlugins(fixed.flatMap((argument) => withLogFiles(argument, logs)), plugins);
  const kept = knownArguments(context, withoutRemoved(context, pingArguments(context, written)));
  const { list, searches } = namedArguments(context, [
    ...withFiles(context, kept, textAt),
    ...knownArguments(context, resolverArguments(resolvers, target, authorities)),
  ]);
  return { list: [...new Set([...list, ...dashboardArguments(context)])], searches };
}

/**
 * TLS options that do not exist: Traefik disables every router that has them, and does so here, too, as their name stays.
 * The default ones would open to everybody what only known clients reached.
 */
function unknownOptions(context: RouteContext, entryPoint: string, qualified: string): string {
  report(
    context,
    "error",
    "traefik-tls-option-unknown",
    context.routing.static ?? {},
    `The TLS options "${qualified}" of the entry point "${entryPoint}" do not exist: Traefik disables every router ` +
      "with TLS on it",
    "Correct the name: TLS options come from a dynamic file, so it is name@file",
  );
  return qualified;
}

/** A route to the dashboard needs it to be there, whatever the chart's defaults are. */
function dashboardArguments({ routing }: RouteContext): string[] {
  const services = [...routing.http.routers.values()].map(({ fields }) => fields["service"]);
  return services.includes("api@internal") || services.includes("dashboard@internal")
    ? ["--api.dashboard=true"]
    : [];
}

/** Middlewares of an entry point come before those of every router on it. */
function entryPointMiddlewares(
  context: RouteContext,
  entryPoint: string,
  qualified: string,
): readonly string[] {
  const names = context.httpMiddlewares.get(qualified);
  if (names !== undefined) return names;
  report(
    context,
    "error",
    "traefik-middleware-missing",
    context.routing.static ?? {},
    qualified.includes("@")
      ? `The middleware "${qualified}" of the entry point "${entryPoint}" cannot be used: Traefik disables every router ` +
        "on it"
      : `The middleware "${qualified}" of the entry point "${entryPoint}" is written without a provider: Traefik looks ` +
        "for it at that of each router, which the cluster cannot do",
    "Correct its name, with its provider: name@file or name@docker",
  );
  return [];
}
