/** Variables of the stack's Traefik that are no options: those that Traefik and its libraries read themselves. */
import { secretsInVariable } from "../../secrecy/mod.ts";
import { report, type RouteContext } from "./context.ts";
import { calledAddress, calledHost, insideAddress } from "./inside_address.ts";

/** The time zone of its logs, and the settings of OpenTelemetry's and Datadog's senders. */
const CARRIED = /^(?:TZ|OTEL_\w+|DD_\w+)$/;
/** What has other values in a cluster: a proxy would be asked for its API server and its pods as well. */
const CLUSTER_S = /^(?:https?_proxy|no_proxy|ssl_cert_(?:file|dir))$/i;

/** Variables for the cluster's Traefik. */
interface OwnVariables {
  readonly plain: Readonly<Record<string, string>>;
  /** Those that a Secret holds. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Those that mean the same in the cluster, with the stack's services by their full names. */
export function ownVariables(
  context: RouteContext,
  environment: Readonly<Record<string, string>>,
): OwnVariables {
  const carried = Object.entries(environment).filter(([name]) => CARRIED.test(name))
    .map(([name, value]) => [name, inside(context, name, value)] as const);
  const all = Object.entries({ ...Object.fromEntries(carried), ...datadogAgent(context, environment) });
  const isSecret = ([name, value]: readonly [string, string]): boolean =>
    secretsInVariable(name, value).length > 0;
  return {
    plain: Object.fromEntries(all.filter((variable) => !isSecret(variable))),
    secret: Object.fromEntries(all.filter(isSecret)),
  };
}

/** The value of a variable, with whom it calls by the full name. */
function inside(context: RouteContext, name: string, value: string): string {
  const place = context.routing.static ?? {};
  return /_ENDPOINT$|^DD_TRACE_AGENT_URL$/.test(name)
    ? calledAddress(context, place, value, `Traefik's variable "${name}"`)
    : insideAddress(context, place, value);
}

/** Where the agent of Datadog's tracer listens (its documentation). */
const DATADOG_PORT = 8126;

/** Its host and port are two variables. */
function datadogAgent(
  context: RouteContext,
  { DD_AGENT_HOST: host, DD_TRACE_AGENT_PORT: written }: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (host === undefined) return {};
  const asked = Number(written) || DATADOG_PORT;
  const whose = 'Traefik\'s variable "DD_AGENT_HOST"';
  const called = calledHost(context, context.routing.static ?? {}, host, asked, whose);
  return {
    DD_AGENT_HOST: called.host,
    ...(called.port === asked ? {} : { DD_TRACE_AGENT_PORT: String(called.port) }),
  };
}

/** Says which ones are not carried. */
export function reportVariables(context: RouteContext, environment: Readonly<Record<string, string>>): void {
  const names = Object.keys(environment).filter((name) => CLUSTER_S.test(name));
  if (names.length === 0) return;
  const service = context.routing.traefikService ?? "";
  const span = context.project.span(["services", service, "environment", names[0] ?? ""]) ??
    context.project.span(["services", service, "environment"]);
  report(
    context,
    "warning",
    "traefik-variable-lost",
    span === undefined ? {} : { span },
    `The cluster's Traefik does not have ${
      names.map((name) => `"${name}"`).join(", ")
    } of the stack's: it calls backends, plugins and authorities for certificates directly, with the usual trust`,
    "Where it needs them, add them to env in the values of Traefik's chart, with the ranges of pods, Services and the API " +
      "server in NO_PROXY",
  );
}
