/** What becomes of each service, from everything that was said: the end of `check`. */
import type { Project } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";

/** One service and the sum of what was found about it. */
export interface Verdict {
  readonly service: string;
  readonly verdict: "works as before" | "differs" | "will not work" | "left out";
  /** What was found about it, the gravest first. */
  readonly because: readonly Reason[];
}

/** A finding, as far as it is about one service. */
export interface Reason {
  readonly code: string;
  readonly severity: Diagnostic["severity"];
  readonly message: string;
  readonly hint?: string;
}

/** Said of the stack, and the same in Docker: it does not differ. */
const AS_BEFORE: ReadonlySet<string> = new Set([
  "compose-boolean-word",
  "compose-dollar-in-value",
  "compose-several-files",
  "compose-unset-variable",
  "docker-not-running",
  "kube-host-unknown",
  "kube-rolling-tag",
  "kube-secrets-disagree",
  // It serves in Docker, as it should before it moves.
  "run-data-in-use",
  "traefik-container-refused",
  "traefik-entry-point-unknown",
  "traefik-label-ignored",
  "traefik-label-refused",
  "traefik-middleware-missing",
  "traefik-router-dropped",
  "traefik-transport-unknown",
]);

/** No error, as the node can be told to take it, or a variable is still to be set; until then its pods do not start. */
const REFUSED_BY_NODE: ReadonlySet<string> = new Set([
  "kube-image-name",
  "kube-unsafe-sysctl",
  "kube-volume-smb",
]);

const GRAVEST: readonly Diagnostic["severity"][] = ["error", "question", "warning", "info"];

/**
 * A line's worth for each service of the project, in its order.
 *
 * @param moved the services that become workloads
 */
export function verdictsOf(
  project: Project,
  moved: { has(service: string): boolean },
  diagnostics: readonly Diagnostic[],
): readonly Verdict[] {
  const names = Object.keys(project.services);
  const found = findingsByService(project, diagnostics);
  return names.map((service) => {
    const because = (found.get(service) ?? []).map(reasonOf).sort((left, right) =>
      weight(left) - weight(right)
    );
    return { service, verdict: verdictOf(because, moved.has(service)), because };
  });
}

/** A finding as far as it is about one service: with the words of the place that is the service's. */
export interface ServiceFinding {
  readonly diagnostic: Diagnostic;
  readonly message: string;
}

/** What was found about each service: a finding is about a service when it points into it or names it. */
export function findingsByService(
  project: Project,
  diagnostics: readonly Diagnostic[],
): ReadonlyMap<string, readonly ServiceFinding[]> {
  const names = Object.keys(project.services);
  const serviceAt = placesOf(project, names);
  const findings = new Map(names.map((name) => [name, [] as ServiceFinding[]]));
  for (const diagnostic of diagnostics) {
    const { message, span, related } = diagnostic;
    const found = new Map<string, string>();
    const about = (words: string, place: Span | undefined): readonly string[] => {
      const named = namedIn(words).filter((name) => findings.has(name));
      const pointed = place === undefined ? undefined : serviceAt(place);
      // What services have in common is written once, at an anchor of one of them or outside of all.
      return pointed === undefined || named.length > 0 && !named.includes(pointed) ? named : [pointed];
    };
    for (const other of related ?? []) {
      for (const name of about(other.message, other.span)) {
        found.set(name, isNote(other.message) ? message : other.message);
      }
    }
    for (const name of about(message, span)) {
      if (!found.has(name)) found.set(name, message);
    }
    for (const [name, text] of found) findings.get(name)?.push({ diagnostic, message: text });
  }
  return findings;
}

/** Whether the words at a further place say something beside the finding's own words alone. */
function isNote(words: string): boolean {
  return /^(?:Also|This)\b|^\w+(?: "[^"]*"(?: of service "[^"]*")?)?$/.test(words);
}

function reasonOf({ diagnostic: { code, severity, hint }, message }: ServiceFinding): Reason {
  return { code, severity, message, ...(hint === undefined ? {} : { hint }) };
}

/** A program that rules the engine is nothing without it, whatever else is said of it. */
const ENGINE_LOST = "kube-engine-socket";

/** Why the stack's own Traefik is left out, before what else is remarked about it. */
const TRAEFIK_REPLACED = "traefik-static-replaced";

/** The gravest first; what is the same in Docker after what differs. */
function weight({ severity, code }: Reason): number {
  if (REFUSED_BY_NODE.has(code)) return 0;
  if (code === TRAEFIK_REPLACED) return GRAVEST.indexOf(severity) * 2 - 0.5;
  if (code === ENGINE_LOST && severity !== "info") return 1;
  return GRAVEST.indexOf(severity) * 2 + (AS_BEFORE.has(code) ? 1 : 0);
}

/** The names that stand after the word: `Service "web"`, `services "web" and "db"`. */
function namedIn(message: string): readonly string[] {
  return [...message.matchAll(/\bservices? ((?:"[^"]*"(?:, | and )?)+)/gi)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name)
  );
}

function verdictOf(because: readonly Reason[], isMoved: boolean): Verdict["verdict"] {
  if (because.some(({ severity, code }) => severity === "error" || REFUSED_BY_NODE.has(code))) {
    return "will not work";
  }
  if (!isMoved) return "left out";
  return because.some(({ code, severity }) => severity !== "info" && !AS_BEFORE.has(code))
    ? "differs"
    : "works as before";
}

/** Which service a place lies in: the last that begins before it, up to the next section of the file. */
function placesOf(project: Project, names: readonly string[]): (span: Span) => string | undefined {
  const starts: { readonly file: string; readonly line: number; readonly service?: string }[] = [
    ...names.map((service) => ({ path: ["services", service], service })),
    ...["networks", "volumes", "configs", "secrets"].flatMap((section) => {
      const [first] = Object.keys(project[section as "networks"]);
      return first === undefined ? [] : [{ path: [section, first] }];
    }),
  ].flatMap(({ path, ...rest }) => {
    const span = project.span(path);
    return span === undefined ? [] : [{ file: span.file, line: span.line, ...rest }];
  });
  const sorted = starts.sort((left, right) => right.line - left.line);
  return ({ file, line }) => sorted.find((start) => start.file === file && start.line <= line)?.service;
}
