/** Findings about the static configuration of the stack's Traefik. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import { isOlder } from "../../decisions/traefik.ts";
import { LEGO, type Resolver } from "./certificate_resolvers.ts";
import { report, type RouteContext } from "./context.ts";
import { booleanField, structField } from "../../traefik/static_configuration.ts";
import type { LogFile } from "./log_files.ts";
import { replacedSections, unknownSections } from "./static_arguments.ts";
import { readTimeoutSince, semicolonsUntil } from "./version_2.ts";

/** Says what of the static configuration is not carried, or works otherwise. */
export function reportStatic(
  context: RouteContext,
  resolvers: readonly Resolver[],
  variables: Readonly<Record<string, string>>,
): void {
  const { routing } = context;
  if (routing.static === undefined) return;
  const place = routing.static.span === undefined ? {} : { span: routing.static.span };
  for (const name of unknownSections(routing.static.fields)) {
    report(
      context,
      "warning",
      "traefik-static-unknown",
      place,
      `The section "${name}" of Traefik's static configuration is not carried over`,
      "Add what is needed to the values of the cluster's Traefik",
    );
  }
  reportVersion2(context, place);
  reportProviders(context, place);
  const replaced = Object.entries(replacedSections)
    .filter(([name]) =>
      Object.keys(routing.static?.fields ?? {}).some((key) => key.toLowerCase() === name.toLowerCase())
    )
    .map(([name, by]) => `${name} by ${by}`);
  if (replaced.length > 0) {
    const whose = routing.traefikService === undefined ? "" : `, service "${routing.traefikService}",`;
    const message = `The static configuration of Traefik${whose} is replaced: ${replaced.join("; ")}`;
    report(context, "info", "traefik-static-replaced", place, message, "Nothing is to be done");
  }
  for (const { name, dnsProvider } of resolvers) {
    const hasOwn = Object.keys(variables).some((variable) => !variable.startsWith(LEGO));
    if (dnsProvider === undefined || hasOwn) continue;
    report(
      context,
      "question",
      "traefik-dns-credentials",
      place,
      `The certificate resolver "${name}" asks "${dnsProvider}" by DNS, and the stack's Traefik has no variables for it`,
      `Set them in the environment of Traefik's compose service, such as CF_DNS_API_TOKEN`,
    );
  }
}

/** What is read here of `providers`, and the one option that is none. */
const READ_PROVIDERS = ["docker", "swarm", "file", "providersthrottleduration"];

/** Routes of other providers lie in their stores and are known to nobody who reads the stack's files. */
function reportProviders(context: RouteContext, place: { readonly span?: Span }): void {
  const providers = structField(context.routing.static?.fields, "providers") ?? {};
  for (const name of Object.keys(providers)) {
    const isOff = booleanField(providers, name) === false && typeof providers[name] === "string";
    if (READ_PROVIDERS.includes(name.toLowerCase()) || isOff) continue;
    report(
      context,
      "warning",
      "traefik-provider-lost",
      place,
      `What the stack's Traefik learns from "providers.${name}" is in no file here: routes of it are not known and are ` +
        "lost in the cluster",
      "Write them as labels, or into a file of the file provider; /api/rawdata of Traefik's API lists what it has",
    );
  }
}

/** Says where each log goes. */
export function reportLogs(context: RouteContext, logs: readonly LogFile[]): void {
  for (const log of logs) reportLog(context, log);
}

function reportLog(context: RouteContext, { name, path, readers, mount }: LogFile): void {
  const place = context.routing.static ?? {};
  const what = `Traefik writes its ${name === "log" ? "log" : "access log"} to "${path}"`;
  const reading = readers.map((reader) => `"${reader}"`).join(" and ");
  if (mount !== undefined) {
    const read = readers.length === 0 ? "" : ` and ${reading} read${readers.length === 1 ? "s" : ""} it`;
    report(
      context,
      "info",
      "traefik-log-on-node",
      place,
      `${what}: in the cluster, too, in "${mount.source}" of the node, where Docker's Traefik appends while it runs${read}`,
      "Its user is no longer root: it must be able to enter the directory; rotation copies and truncates, as no signal of " +
        "Docker's reaches it. For its standard output: traefik: { logFiles: stdout }",
    );
    return;
  }
  report(
    context,
    "warning",
    "traefik-log-file",
    place,
    `${what}: in the cluster it writes it to its standard output${
      readers.length === 0 ? "" : `, and ${reading} would read the old file`
    }`,
    readers.length === 0
      ? "Read it with: kubectl logs -n kube-system deploy/traefik"
      : "Let them read the logs of Traefik's pods, or put it on the node: traefik: { logFiles: node }",
  );
}

/** Asks for files that variables of DNS providers name. */
export function reportFiles(context: RouteContext, missing: readonly (readonly [string, string])[]): void {
  for (const [name, path] of missing) {
    report(
      context,
      "question",
      "traefik-dns-file",
      context.routing.static ?? {},
      `The variable "${name}" of Traefik names the file "${path}", which is not at hand: certificates would not be renewed`,
      "Run this where the file can be read, or write what it holds into the variable without _FILE",
    );
  }
}

/** Certificates of an ACME server's authority that are not at hand. */
export function reportAuthorities(context: RouteContext, missing: readonly string[]): void {
  for (const path of missing) {
    report(
      context,
      "question",
      "traefik-dns-file",
      context.routing.static ?? {},
      `A certificate resolver knows its authority by the file "${path}", which is not at hand: no certificate would be ` +
        "fetched",
      "Run this where the file can be read",
    );
  }
}

/** What Traefik 3 does otherwise than Traefik 2, whatever the routes say. */
function reportVersion2(context: RouteContext, place: { readonly span?: Span }): void {
  if (context.routing.traefikVersion?.split(".")[0] !== "2") return;
  const version = context.routing.traefikVersion;
  const ways = [
    ...(isOlder(version, semicolonsUntil) ? ["semicolons in queries"] : []),
    ...(isOlder(version, readTimeoutSince) ? ["no limit of time for reading a request"] : []),
    "guessed content types",
    "gzip alone",
    "slashes after stripPrefix",
  ].join(", ");
  if (context.keepsVersion2) {
    const message = `The stack's Traefik is version 2, whose ways are kept: ${ways}`;
    report(
      context,
      "info",
      "traefik-version-2-kept",
      place,
      message,
      "traefik: { keepVersion2: false } gives the ways of Traefik 3",
    );
  } else {
    const message = `The stack's Traefik is version 2, and Traefik 3 differs in: ${ways}`;
    report(
      context,
      "warning",
      "traefik-version-2-differs",
      place,
      message,
      "traefik: { keepVersion2: true } keeps them",
    );
  }
  report(
    context,
    "info",
    "traefik-version-3-paths",
    place,
    "Traefik 3 tidies paths before it routes (//, /./, /../), which Traefik 2 did not",
    "Nothing is to be done, unless a backend needs such paths: entry point option http.sanitizePath",
  );
}
