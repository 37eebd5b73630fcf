/** What not every Traefik 3 has, and whether the cluster's has it: asked of the cluster, else decided or assumed. */
import type { Element } from "../../traefik/routing.ts";
import { isAtLeast } from "../../decisions/traefik.ts";
import { atField } from "./field_place.ts";
import { report, type RouteContext } from "./context.ts";

/**
 * The fields that not every Traefik 3 has, and the first version with each: compared are the definitions of 3.6.7,
 * 3.6.12, 3.7.11 and 3.7.13 (docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml). What may
 * stand in several kinds is looked up in the first of them.
 */
export const FIELDS_SINCE = {
  "IngressRoute.spec.parentRefs": "3.6",
  "IngressRoute.spec.routes.services.strategy=p2c": "3.4",
  "IngressRoute.spec.routes.services.strategy=hrw": "3.6",
  "IngressRoute.spec.routes.services.strategy=leasttime": "3.6",
  "IngressRoute.spec.routes.services.passiveHealthCheck": "3.6",
  "IngressRoute.spec.routes.services.middlewares": "3.7",
  "Middleware.spec.encodedCharacters": "3.7",
  "Middleware.spec.errors.errorRequestHeaders": "3.7.8",
  "Middleware.spec.forwardAuth.authSigninURL": "3.7",
  "Middleware.spec.forwardAuth.maxResponseBodySize": "3.6.9",
  "Middleware.spec.retry.disableRetryOnNetworkError": "3.7",
  "Middleware.spec.retry.maxRequestBodyBytes": "3.7",
  "Middleware.spec.retry.retryNonIdempotentMethod": "3.7",
  "Middleware.spec.retry.status": "3.7",
  "Middleware.spec.retry.timeout": "3.7",
  "ServersTransport.spec.cipherSuites": "3.7",
  "ServersTransport.spec.maxVersion": "3.7",
  "ServersTransport.spec.minVersion": "3.7",
  "TraefikService.spec.failover": "3.7",
} as const satisfies Readonly<Record<string, string>>;

/** One of them. */
export type NewerField = keyof typeof FIELDS_SINCE;

/** What a finding says of a field: what it is called, and what follows where it is missing. */
interface Written {
  /** As messages call it: `The field "status" of the middleware "again@docker"`. */
  readonly what: string;
  /** Its path within the element, as labels have it: `retry.status`. */
  readonly path: string;
  /** What is done without it; absent: it is lost. */
  readonly without?: string;
}

/** The fields of an element's part that the cluster's Traefik has; of each other a finding says what becomes of it. */
export function knownFields(
  context: RouteContext,
  element: Element,
  prefix: string,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [, , part] = prefix.split(".");
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) =>
      hasField(context, element, `${prefix}.${name}`, {
        what: `The field "${name}" of "${element.name}"`,
        path: part === undefined ? name : `${part}.${name}`,
      })
    ),
  );
}

/** Whether the cluster's Traefik has a field; where it has not, a finding says so at the place of its label. */
export function hasField(context: RouteContext, element: Element, field: string, written: Written): boolean {
  if (!isNewer(field)) return true;
  context.newer.add(field);
  const { fields, version = context.decisions.version } = context.there ?? {};
  const since = FIELDS_SINCE[field];
  const isThere = fields?.has(field) ?? isAtLeast(version, since);
  if (!isThere) {
    reportMissing(context, atField(context, element, written.path), since, written);
  }
  return isThere;
}

function isNewer(field: string): field is NewerField {
  return Object.hasOwn(FIELDS_SINCE, field);
}

/**
 * Says what is missing: an error where a cluster told so, so that nothing is applied without it, unless somebody decided
 * to go without. Where none did, one question says all of it (`askWhichTraefik`).
 *
 * @param isTold whether the cluster told that it is missing
 */
export function reportMissing(
  context: RouteContext,
  { span }: Pick<Element, "span">,
  since: string,
  { what, without = "it is lost" }: Pick<Written, "what" | "without">,
  isTold = context.there?.fields !== undefined || context.there?.version !== undefined,
): void {
  if (context.missing.some((earlier) => earlier.what === what)) return;
  const { version, isVersionDecided } = context.decisions;
  const place = span === undefined ? {} : { span };
  const isDecided = isVersionDecided && !isAtLeast(version, since);
  context.missing.push({ what, since, without, ...place, isUntold: !isTold && !isDecided });
  if (isDecided) {
    const message = `${what} needs Traefik ${since} in the cluster, and ${version} is decided: ${without}`;
    report(context, "warning", "traefik-field-lost", place, message, "Run a newer Traefik, or accept it");
  } else if (isTold) {
    const there = context.there?.version;
    report(
      context,
      "error",
      "traefik-field-unknown",
      place,
      `${what} needs Traefik ${since}, and the cluster ${
        there === undefined ? "does not define it" : `runs Traefik ${there} without it`
      }`,
      `Bring Traefik ${since} and its definitions to the cluster, as a newer k3s does; or remove it; or, to go without ` +
        `it, add to decisions.yaml: traefik: { version: "${before(since)}" }`,
    );
  }
}

/** As of an image by its digest, or by the tag `latest`. */
const NOT_SAID = "no Deployment of Traefik in the cluster says which version it is, by the tag of its image";

/** One question for all that is left out as no cluster told its version and none is decided. */
export function askWhichTraefik(context: RouteContext): void {
  const untold = context.missing.filter(({ isUntold }) => isUntold);
  const newest = untold.reduce((found, { since }) => isAtLeast(found, since) ? found : since, "3");
  const [first] = untold;
  if (first === undefined) return;
  const [others, need, all] = untold.length === 1
    ? ["", "needs", "it"]
    : [` and ${untold.length - 1} more`, "need", "them"];
  context.findings.push({
    code: "traefik-version-unknown",
    severity: "question",
    message:
      `${first.what}${others} ${need} Traefik ${newest}, and ${
        context.there === undefined ? "what the cluster runs was not asked" : NOT_SAID
      }: ` +
      `without ${all}, as Traefik ${context.decisions.version} is assumed`,
    ...(first.span === undefined ? {} : { span: first.span }),
    hint:
      `${
        context.there === undefined ? "Name the cluster: --kubeconfig FILE; or add" : "Add"
      } to decisions.yaml: ` +
      `traefik: { version: "${newest}" }; or, to go without ${all}: ` +
      `traefik: { version: "${context.decisions.version}" }`,
    related: untold.flatMap(({ what, since, without, span }) =>
      span === undefined ? [] : [{ message: `${what} needs Traefik ${since}; else ${without}`, span }]
    ),
  });
}

/** The newest version before another: `3.6` before `3.7`, `3.7.7` before `3.7.8`. */
function before(version: string): string {
  const numbers = version.split(".").map(Number);
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) - 1].join(".");
}
