/** Host names that configuration uses and that will not answer: renamed, left out, or nobody's. */
import { type Context, isSkipped } from "../stack/context.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { isServiceName } from "../stack/names.ts";
import type { NeighbourName } from "../stack/network/neighbours.ts";
import { isAddress } from "../stack/network/docker_names.ts";
import { hasService, servicesByDnsName } from "../stack/network/dns_names.ts";
import { isSearched, ndotsOf } from "../stack/ndots.ts";
import { type HostReference, unknownHosts } from "../stack/network/references.ts";

/**
 * An error for each host that nothing in the cluster is called, a warning for each of a service that is left out and for
 * each that nobody answers to, with every place that names it.
 *
 * @param answered names that the cluster's DNS is told, in lower case
 */
export function checkHostNames(
  context: Context,
  references: readonly HostReference[],
  neighbours: ReadonlyMap<string, NeighbourName>,
  answered: ReadonlySet<string>,
): void {
  checkInvalid(context, references, answered);
  checkAskedOutside(context, references.filter(({ host }) => answered.has(host.toLowerCase())));
  checkLeftOut(context, references.filter(({ host }) => !answered.has(host.toLowerCase())));
  checkUnknown(context, neighbours);
}

/** Docker's DNS answers for `my_db`; a Service cannot be called so, and the cluster's DNS only where it is told. */
function checkInvalid(
  context: Context,
  references: readonly HostReference[],
  answered: ReadonlySet<string>,
): void {
  for (const [host, uses] of Map.groupBy(references, (reference) => reference.host)) {
    const [first] = uses;
    if (first === undefined || hasService(context.project, first.to, host)) continue;
    if (answered.has(host.toLowerCase())) continue;
    const isOwn = !isAddress(host) && !isServiceName(host.toLowerCase());
    report(
      context,
      "kube-host-renamed",
      isAddress(host) ? "warning" : "error",
      isOwn
        ? `Host "${host}" cannot be the name of a Service, but service "${first.from}" is configured with it`
        : `Host "${host}" leads to "${first.to}" only in Docker's network, but service "${first.from}" is configured with it`,
      uses,
      isOwn
        ? "Give the service a network alias of letters, digits and hyphens, and use that name"
        : `Write the service's name there: ${first.to}`,
    );
  }
}

/** Where the text could not be changed, as in a healthcheck, or the name is Traefik's, which stays. */
function checkAskedOutside(context: Context, references: readonly HostReference[]): void {
  const { project, decisions, routing } = context;
  const ndots = ndotsOf(project);
  const unsearched = references.filter(({ from, host }) => {
    const service = project.services[from];
    return service !== undefined && !isSkipped(decisions, from) && from !== routing.traefikService &&
      host.includes(".") && !isSearched(host, ndots(service));
  });
  for (const [host, uses] of Map.groupBy(unsearched, (one) => one.host)) {
    const [first] = uses;
    report(
      context,
      "kube-host-renamed",
      "warning",
      `Host "${host}" has as many dots as "ndots" of service "${first?.from}" says, or more: it is looked up outside first, and the cluster's DNS knows it only within the namespace's domain`,
      uses,
      first?.to === routing.traefikService
        ? 'Write a higher "ndots" into dns_opt, or leave it out'
        : `Write the service's name there (${first?.to}), or set a higher "ndots" in dns_opt`,
    );
  }
}

function checkLeftOut(context: Context, references: readonly HostReference[]): void {
  for (const [to, all] of Map.groupBy(references, (reference) => reference.to)) {
    const leftOut = isSkipped(context.decisions, to) || to === context.routing.traefikService;
    const uses = all.filter(({ from }) =>
      !isSkipped(context.decisions, from) && from !== context.routing.traefikService
    );
    if (!leftOut || uses.length === 0) continue;
    report(
      context,
      "kube-host-left-out",
      "warning",
      `Service "${uses[0]?.from}" is configured with "${uses[0]?.host}", which is not moved`,
      uses,
      "Remove it from the configuration, or make a Service of type ExternalName for it",
    );
  }
}

/** Keys that name one host and nothing else: `host`, `DB_HOST`, but not a program's own `default-server`. */
const SURE_KEY = /^(host|hostname|server)$|^[A-Z0-9_]+_(HOST|HOSTNAME|SERVER|ADDRESS)$/i;

/** The one service whose name had no prefix once, or the project's, or lost one that others still have. */
function renamedTo(project: string, host: string, names: readonly string[]): string | undefined {
  const isPrefix = (prefix: string): boolean =>
    prefix === project || names.some((name) => name.startsWith(`${prefix}-`));
  const found = names.filter((name) =>
    name.endsWith(`-${host}`) || host.endsWith(`-${name}`) && isPrefix(host.slice(0, -name.length - 1))
  );
  return found.length === 1 ? found[0] : undefined;
}

/** Words of fewer letters are soon another word by one that is replaced: `mail` and `main`, `app` and `api`. */
const SHORT = 6;

/** Another number is another host, and a short word may lack a letter, have one more, or have two in the wrong order. */
function isMistyped(host: string, name: string): boolean {
  const letters = (text: string): string => text.replace(/\d+/g, "#");
  if (letters(host) === letters(name)) return false;
  const sorted = (text: string): string => [...text.toLowerCase()].sort().join("");
  return host.length >= SHORT || host.length !== name.length || sorted(host) === sorted(name);
}

function mistakes(host: string): number {
  return host.length < 2 * SHORT ? 1 : 2;
}

/** A host that no service answers to: mostly a service that was renamed once. */
function checkUnknown(context: Context, neighbours: ReadonlyMap<string, NeighbourName>): void {
  const unknown = unknownHosts(context.project, context.bindSources)
    .filter(({ from, host }) =>
      !neighbours.has(host) && !isSkipped(context.decisions, from) && from !== context.routing.traefikService
    );
  for (const host of new Set(unknown.map((mention) => mention.host))) {
    const uses = unknown.filter((mention) => mention.host === host);
    const names = [...servicesByDnsName(context.project)].flatMap(([name, service]) =>
      hasService(context.project, service, name) && uses.every(({ from }) => from !== service) ? [name] : []
    );
    const renamed = renamedTo(context.project.name, host, names);
    const isSure = uses.some(({ scheme, key }) => scheme !== undefined || SURE_KEY.test(key ?? ""));
    if (renamed === undefined && !isSure) continue;
    const near = renamed ?? nearest(host, names.filter((name) => isMistyped(host, name)), mistakes(host));
    report(
      context,
      "kube-host-unknown",
      "warning",
      `Service "${uses[0]?.from}" is configured with host "${host}", which no service answers to`,
      uses,
      near === undefined
        ? "If it is outside the stack, use its full name or make a Service of type ExternalName"
        : `Did you mean "${near}"?`,
    );
  }
}

function report(
  context: Context,
  code: string,
  severity: "error" | "warning",
  message: string,
  uses: readonly Pick<HostReference, "from" | "span" | "key">[],
  hint: string,
): void {
  const [first, ...others] = uses;
  const related = others.flatMap(({ from, span }) =>
    span === undefined ? [] : [{ message: `Also named by service "${from}"`, span }]
  );
  context.report({
    code,
    severity,
    message,
    ...(first?.span === undefined ? {} : { span: first.span }),
    hint,
    ...(related.length === 0 ? {} : { related }),
  });
}
