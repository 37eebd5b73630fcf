/** The static side: a HelmChartConfig for the Traefik that k3s brings, or the same values for one's own chart. */
import { stringify } from "yaml";
import type { FileAt } from "../../traefik/container_files.ts";
import type { TextAt } from "../../traefik/inline_files.ts";
import { isExternalName, type KubeObject } from "../object.ts";
import { acmeName, acmeValues, acmeVolume, type CarriedAcme, USER } from "./acme_volume.ts";
import { carriedAcme } from "./carried_acme.ts";
import { report, type RouteContext } from "./context.ts";
import { entryPointPorts } from "./chart_ports.ts";
import { type LogFile, logFiles, logValues } from "./log_files.ts";
import { probeValues } from "./ping.ts";
import { areOnNode, type Plugins, pluginsOf, pluginValues, reportPlugins } from "./plugins.ts";
import { type DeploymentValues, mountsOf, withVolumes } from "./chart_volumes.ts";
import {
  authorityFiles,
  filesDirectory,
  namedFiles,
  providerVariables,
  type Resolver,
  resolversOf,
} from "./certificate_resolvers.ts";
import type { PublishedPort } from "./published_ports.ts";
import { argumentSecrets } from "./route_secrets.ts";
import { hostAliases, ownSearches, reportNameServers } from "./own_hosts.ts";
import { ownVariables, reportVariables } from "./own_variables.ts";
import { unexpanded } from "../unexpanded.ts";
import { chartArguments } from "./chart_arguments.ts";
import { reportAuthorities, reportFiles, reportLogs, reportStatic } from "./static_findings.ts";
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
  const authorities = authorityFiles(resolvers, input.textAt);
  const fileTexts = { ...named.texts, ...authorities.texts };
  const { variables } = named;
  const carried = carriedAcme(context, resolvers, (path) => input.storedAt?.(path));
  const logs = logFiles(context);
  const plugins = pluginsOf(context);
  const { list, searches } = chartArguments(context, {
    resolvers,
    authorities: authorities.paths,
    logs,
    plugins,
    textAt: input.textAt,
  });
  const given = argumentSecrets(list);
  const own = ownVariables(context, input.environment);
  const argumentTexts = { ...given.texts, ...own.secret };
  const secretVariables = new Map([
    ...Object.keys(variables).map((name) => [name, secretName] as const),
    ...Object.keys(argumentTexts).map((name) => [name, argumentsName] as const),
  ]);
  const values = chartValues(context, input, resolvers, {
    additionalArguments: given.list,
    secretVariables,
    carried,
    plainVariables: own.plain,
    searches,
    hasFiles: Object.keys(fileTexts).length > 0,
    logs,
    plugins,
  });
  reportStatic(context, resolvers, variables);
  reportLogs(context, logs);
  reportPlugins(context, plugins);
  reportFiles(context, named.missing);
  reportAuthorities(context, authorities.missing);
  reportVariables(context, input.environment);
  reportNameServers(context);
  const { namespace } = context.decisions;
  const secrets = [
    ...(Object.keys(variables).length === 0 ? [] : [secret(namespace, secretName, variables)]),
    ...(Object.keys(fileTexts).length === 0 ? [] : [secret(namespace, filesName, fileTexts)]),
    ...(Object.keys(argumentTexts).length === 0 ? [] : [secret(namespace, argumentsName, argumentTexts)]),
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

interface ChartInput {
  readonly additionalArguments: readonly string[];
  /** Variables of Traefik's container, and the Secret that holds each. */
  readonly secretVariables: ReadonlyMap<string, string>;
  /** Variables of it that everybody may read. */
  readonly plainVariables: Readonly<Record<string, string>>;
  /** Where its DNS looks for names beside its own namespace. */
  readonly searches: readonly string[];
  readonly carried: CarriedAcme;
  /** Whether variables or options name files. */
  readonly hasFiles: boolean;
  readonly logs: readonly LogFile[];
  readonly plugins: Plugins;
}

function chartValues(
  context: RouteContext,
  { published }: StaticInput,
  resolvers: readonly Resolver[],
  given: ChartInput,
): Record<string, unknown> {
  const { entryPoints, decisions } = context;
  const { additionalArguments, secretVariables, plainVariables, carried, logs, plugins } = given;
  const env = [
    ...[...secretVariables].map(([name, holder]) => ({
      name,
      valueFrom: { secretKeyRef: { name: holder, key: name } },
    })),
    ...Object.entries(plainVariables).map(([name, value]) => ({ name, value: unexpanded(value) })),
  ];
  const ports = entryPointPorts(entryPoints, published);
  const onNode = logValues(logs, USER, decisions.helperImage);
  const volumes = [onNode, pluginValues(plugins)].filter((each) => each !== undefined);
  const { deployment: certified, ...acme } = resolvers.length === 0
    ? {}
    : acmeValues(decisions, resolvers, carried);
  const searches = [...new Set([...given.searches, ...context.searches, ...ownSearches(context)])];
  const aliases = hostAliases(context);
  const deployment = {
    ...withVolumes(certified as DeploymentValues | undefined, volumes),
    ...probeValues(context, ports),
    ...(searches.length === 0 ? {} : { dnsConfig: { searches } }),
    ...(aliases.length === 0 ? {} : { hostAliases: aliases }),
  };
  const isBound = resolvers.length > 0 || onNode !== undefined || areOnNode(plugins);
  return {
    additionalArguments,
    ...(env.length === 0 ? {} : { env }),
    ...(given.hasFiles ? { volumes: [{ name: filesName, mountPath: filesDirectory, type: "secret" }] } : {}),
    ports,
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
    ...(Object.keys(deployment).length === 0 ? {} : { deployment }),
    ...mountsOf(volumes),
  };
}

/** Who may make such a Service has Traefik call any host for the world: only where a route of somebody needs it. */
function allowsExternalNames({ decisions, shared, sharesTraefik }: RouteContext): boolean {
  return decisions.externalNames ??
    (sharesTraefik || [...shared.values()].some(({ object }) => isExternalName(object)));
}
