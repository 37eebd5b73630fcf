/** What is there in Docker's networks alone: their DNS server, and the ranges from which containers call. */
import type { Context } from "../stack/context.ts";
import { type TextPlace, textPlaces } from "./text_places.ts";

/** A warning for the server, for the ranges and for users of databases, each with every place. */
export function checkDockerNetwork(context: Context): void {
  reportServer(context);
  reportRanges(context);
  reportUsers(context);
}

/** Docker's DNS server in a container (libnetwork, resolver.go). */
const SERVER = /(?<![\w.])127\.0\.0\.11(?!\w|\.\d)/;

/** A program that asks a server by itself, as nginx does by `resolver`, has no search domains either. */
function reportServer(context: Context): void {
  const places = textPlaces(context, SERVER);
  const [first] = places;
  if (first === undefined) return;
  report(
    context,
    "kube-docker-resolver",
    `Docker's DNS server "127.0.0.11" stands in ${first.where}, and no pod has it: what is asked there is not found`,
    places,
    "Write kube-dns.kube-system.svc.cluster.local there, and in full the names that are asked for: " +
      `NAME.${context.namespace}.svc.cluster.local`,
  );
}

/** From which Docker gives networks their addresses where nobody says: `default-address-pools` of its daemon. */
const POOL = "172\\.(?:1[6-9]|2\\d|3[01])\\.\\d+\\.\\d+(?:/\\d+|\\s+255(?:\\.\\d+){3})";

/** Ranges that have k3s's pods in them, as lists of all private ranges do. */
const WITH_PODS = /(?<![\w.:])(?:10\.0\.0\.0\/8|10\.42\.0\.0\/16|0\.0\.0\.0\/0)(?!\w)/;

/** Lists of who may call, or of proxies to be trusted: what calls in a cluster has other addresses. */
function reportRanges(context: Context): void {
  const own = Object.values(context.project.networks).flatMap((network) => {
    const ipam = network?.ipam as { config?: readonly { subnet?: string }[] } | null | undefined;
    return ipam?.config?.flatMap(({ subnet }) => subnet ?? []) ?? [];
  });
  const ranges = [POOL, ...own.map((range) => range.replaceAll(".", "\\."))];
  const pattern = new RegExp(`(?<![\\w.:])(?:${ranges.join("|")})(?!\\w)`, "i");
  const places = textPlaces(context, pattern, { withTraefik: true, unless: WITH_PODS });
  const [first] = places;
  if (first === undefined) return;
  report(
    context,
    "kube-docker-range",
    `"${first.text}" in ${first.where} is a range of Docker's networks, from which no pod calls`,
    places,
    "Where it says who may call or is trusted, write the cluster's pods beside it: 10.42.0.0/16 in k3s",
  );
}

/** `'app'@'172.18.%'` of MySQL and MariaDB: who logs in from another address is another user. */
const USERS = /(?<=@\s*['"`])172\.(?:(?:1[6-9]|2\d|3[01])\.(?:\d+\.)?)?%/;

function reportUsers(context: Context): void {
  const places = textPlaces(context, USERS);
  const [first] = places;
  if (first === undefined) return;
  report(
    context,
    "kube-docker-range",
    `Users of a database log in from "${first.text}" only (${first.where}), a range of Docker's networks from which no pod calls`,
    places,
    "Make them in the database itself for the cluster's pods as well, which are '10.42.%' in k3s: its scripts run only once",
  );
}

function report(
  context: Context,
  code: string,
  message: string,
  [first, ...others]: readonly TextPlace[],
  hint: string,
): void {
  context.report({
    code,
    severity: "warning",
    message,
    ...(first?.span === undefined ? {} : { span: first.span }),
    hint,
    related: others.flatMap(({ text, where, span }) =>
      span === undefined ? [] : [{ message: `"${text}" in ${where}`, span }]
    ),
  });
}
