/** The static side: a HelmChartConfig for the Traefik that k3s brings, or the same values for one's own chart. */
import { stringify } from "yaml";
import type { FileAt } from "../../traefik/container_files.ts";
import type { TextAt } from "../../traefik/inline_files.ts";
import { isExternalName, type KubeObject } from "../object.ts";
import { acmeName, acmeValues, acmeVolume, type CarriedAcme, USER } from "./acme_volume.ts";
import { carriedAcme } from "./carried_acme.ts";
import { report, type RouteContext } from "./context.ts";
import { entryPointPorts } from "./chart_ports.ts";
import { insideArgument } from "./inside_address.ts";
import { type LogFile, logFiles, type LogValues, logValues, withLogFiles } from "./log_files.ts";
import {
  filesDirectory,
  namedFiles,
  providerVariables,
  type Resolver,
  resolverArguments,
  resolversOf,
} from "./certificate_resolvers.ts";
import { knownArguments } from "./newer_arguments.ts";
import type { PublishedPort } from "./published_ports.ts";
import { argumentSecrets } from "./route_secrets.ts";
import { staticArguments } from "./static_arguments.ts";
import { reportFiles, reportLogs, reportStatic } from "./static_findings.ts";
import { keeps, readTimeoutSince, semicolonsUntil } from "./version_2.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { encodeBase64 } from "../../values/base64.ts";

/** The front has a Service of its own: this one takes no port of the node, whatever is installed when. */
export const CLUSTER_SERVICE = { type: "ClusterIP" } as const;

/** With a chart of one's own its one Service is the front; callers' addresses are kept. */
const OWN_SERVICE = { spec: { externalTrafficPolicy: "Local" } } as const;

/** The Secret that the values refer to, in Traefik's namespace. */
const secretName = "traefik-dns-provider";
/** The Secret with the files that these variables name. */
const filesName = "traefik-dns-files";
/** The Secret with what the arguments must not show. */
const argumentsName = "traefik-arguments";

export interface StaticSide {
  readonly objects: readonly KubeObject[];
  /** The chart's values, as they are in the HelmChartConfig. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface StaticInput {
  readonly published: readonly PublishedPort[];
  /** The variables of the stack's Traefik. */
  readonly environment: Readonly<Record<string, string>>;
  /** What lies at a path in the container of the stack's Traefik. */
  readonly textAt?: TextAt;
  /** What lies at the path of an ACME storage, to be carried over. */
  storedAt?(path: string): FileAt;
}

/** Converts the static configuration. */
export function convertStatic(context: RouteContext, input: StaticInput): StaticSide {
  const resolvers = resolversOf(context.routing);
  const named = namedFiles(providerVariables(resolvers, input.environment), input.textAt);
  const { variables } = named;
  const carried = carriedAcme(context, resolvers, (path) => input.storedAt?.(path));
  const logs = logFiles(context);
  const given = argumentSecrets(knownArguments(context, argumentsOf(context, resolvers, logs)));
  const secretVariables = new Map([
    ...Object.keys(variables).map((name) => [name, secretName] as const),
    ...Object.keys(given.texts).map((name) => [name, argumentsName] as const),
  ]);
  const values = chartValues(context, input, resolvers, {
    additionalArguments: given.list,
    secretVariables,
    carried,
    hasFiles: Object.keys(named.texts).length > 0,
    logs,
  });
  reportStatic(context, resolvers, variables);
  reportLogs(context, logs);
  reportFiles(context, named.missing);
  const { namespace } = context.decisions;
  const secrets = [
    ...(Object.keys(variables).length === 0 ? [] : [secret(namespace, secretName, variables)]),
    ...(Object.keys(named.texts).length === 0 ? [] : [secret(namespace, filesName, named.texts)]),
    ...(Object.keys(given.texts).length === 0 ? [] : [secret(namespace, argumentsName, given.texts)]),
    ...(carried.size === 0 ? [] : [secret(namespace, acmeName, Object.fromEntries(carried))]),
  ];
  if (context.decisions.mode === "external") {
    return { values, objects: [...secrets, valuesForOwnChart(context, values)] };
  }
  return {
    values,
    objects: [...secrets, ...(resolvers.length === 0 ? [] : acmeVolume(context.decisions)), {
      apiVersion: "helm.cattle.io/v1",
      kind: "HelmChartConfig",
      metadata: { name: "traefik", namespace },
      spec: { valuesContent: stringify(values, { lineWidth: 0 }) },
    }],
  };
}

/** Where the cluster runs a chart of its own, its operator takes the values from here. */
function valuesForOwnChart(context: RouteContext, values: Readonly<Record<string, unknown>>): KubeObject {
  const name = "ingress-chart-values";
  report(
    context,
    "info",
    "traefik-own-chart",
    context.routing.static ?? {},
    `The values for your own Traefik chart are in the ConfigMap "${name}" of the namespace "${context.namespace}"`,
    `Give them to helm: kubectl get configmap ${shellWord(name)} -n ${
      shellWord(context.namespace)
    } -o jsonpath='{.data.values\\.yaml}'`,
  );
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: context.namespace },
    data: { "values.yaml": stringify(values, { lineWidth: 0 }) },
  };
}

function secret(namespace: string, name: string, texts: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "Opaque",
    data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encodeBase64(text)])),
  };
}

/** Traefik's whole command line. */
function argumentsOf(
  context: RouteContext,
  resolvers: readonly Resolver[],
  logs: readonly LogFile[],
): string[] {
  const { entryPoints, routing, namespace } = context;
  const inCluster = (name: string): string => `${namespace}-${name}@kubernetescrd`;
  const target = (name: string): string => entryPoints.byName.get(name)?.target ?? name;
  const fixed = staticArguments({
    fields: routing.static?.fields ?? {},
    entryPoints,
    keepsSemicolons: keeps(context, semicolonsUntil),
    keepsNoReadTimeout: keeps(context, readTimeoutSince),
    middlewareNames: (qualified) => entryPointMiddlewares(context, qualified).map(inCluster),
    tlsOptionsName: (qualified) => {
      const name = context.names.tlsOptions.get(qualified);
      return name === undefined || name === "default" ? "default" : inCluster(name);
    },
  });
  const place = routing.static?.span === undefined ? {} : { span: routing.static.span };
  return [
    ...new Set(
      fixed.flatMap((argument) => withLogFiles(argument, logs))
        .map((argument) => insideArgument(context, place, argument)),
    ),
    ...resolverArguments(resolvers, target),
    ...dashboardArguments(context),
  ];
}

interface ChartInput {
  readonly additionalArguments: readonly string[];
  /** Variables of Traefik's container, and the Secret that holds each. */
  readonly secretVariables: ReadonlyMap<string, string>;
  readonly carried: CarriedAcme;
  /** Whether variables name files. */
  readonly hasFiles: boolean;
  readonly logs: readonly LogFile[];
}

function chartValues(
  context: RouteContext,
  { published }: StaticInput,
  resolvers: readonly Resolver[],
  { additionalArguments, secretVariables, carried, hasFiles, logs }: ChartInput,
): Record<string, unknown> {
  const { entryPoints, decisions } = context;
  const onNode = logValues(logs, USER, decisions.helperImage);
  const { deployment: certified, ...acme } = resolvers.length === 0
    ? {}
    : acmeValues(decisions, resolvers, carried);
  const deployment = withLogs(certified as Deployment | undefined, onNode);
  const isBound = resolvers.length > 0 || onNode !== undefined;
  return {
    additionalArguments,
    ...(secretVariables.size === 0 ? {} : {
      env: [...secretVariables].map(([name, holder]) => ({
        name,
        valueFrom: { secretKeyRef: { name: holder, key: name } },
      })),
    }),
    ...(hasFiles ? { volumes: [{ name: filesName, mountPath: filesDirectory, type: "secret" }] } : {}),
    ports: entryPointPorts(entryPoints, published),
    providers: {
      kubernetesCRD: {
        enabled: true,
        allowEmptyServices: true,
        ...(allowsExternalNames(context) ? { allowExternalNameServices: true } : {}),
      },
    },
    service: decisions.mode === "external" ? OWN_SERVICE : CLUSTER_SERVICE,
    ...acme,
    ...(isBound && decisions.storageId !== undefined
      ? { nodeSelector: { "storage-id": decisions.storageId } }
      : {}),
    ...(deployment === undefined ? {} : { deployment }),
    ...(onNode === undefined ? {} : { additionalVolumeMounts: onNode.additionalVolumeMounts }),
  };
}

/** Who may make such a Service has Traefik call any host for the world: only where a route of somebody needs it. */
function allowsExternalNames({ decisions, shared, sharesTraefik }: RouteContext): boolean {
  return decisions.externalNames ??
    (sharesTraefik || [...shared.values()].some(({ object }) => isExternalName(object)));
}

/** The chart's values for the Deployment, as far as they are set here. */
interface Deployment {
  readonly additionalVolumes?: readonly unknown[];
  readonly initContainers?: readonly unknown[];
}

function withLogs(deployment: Deployment | undefined, logs: LogValues | undefined): Deployment | undefined {
  if (logs === undefined) return deployment;
  return {
    ...deployment,
    additionalVolumes: [...deployment?.additionalVolumes ?? [], ...logs.additionalVolumes],
    initContainers: [...deployment?.initContainers ?? [], ...logs.initContainers],
  };
}

/** A route to the dashboard needs it to be there, whatever the chart's defaults are. */
function dashboardArguments({ routing }: RouteContext): string[] {
  const services = [...routing.http.routers.values()].map(({ fields }) => fields["service"]);
  return services.includes("api@internal") || services.includes("dashboard@internal")
    ? ["--api.dashboard=true"]
    : [];
}

/** Middlewares of an entry point come before those of every router on it. */
function entryPointMiddlewares(context: RouteContext, qualified: string): readonly string[] {
  const names = context.httpMiddlewares.get(qualified);
  if (names !== undefined) return names;
  report(
    context,
    "error",
    "traefik-middleware-missing",
    context.routing.static ?? {},
    `The middleware "${qualified}" of an entry point cannot be used: Traefik disables every router on it`,
    "Correct its name, with its provider: name@file or name@docker",
  );
  return [];
}
