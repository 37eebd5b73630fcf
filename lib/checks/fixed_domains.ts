/** A decided domain is in force where files take it from a variable; where it is written out, it is not. */
import type { Span } from "../diagnostics/diagnostic.ts";
import { type Context, isSkipped } from "../stack/context.ts";
import { fileTexts } from "../stack/texts/file_texts.ts";
import { textLines } from "../stack/network/text_lines.ts";

interface Found {
  readonly host: string;
  readonly where: string;
  readonly span?: Span;
}

/** One remark for all places that name the same site under another domain than the decided one. */
export function checkFixedDomains(context: Context): void {
  for (const [name, domain] of Object.entries(context.decisions.variables ?? {})) {
    if (!/DOMAIN/i.test(name) || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain)) continue;
    const found = [...inVariables(context, domain), ...inFiles(context, domain)];
    const [first] = found;
    if (first === undefined) continue;
    const hosts = [...new Set(found.map(({ host }) => host))].sort().map((host) => `"${host}"`).join(", ");
    context.report({
      code: "kube-domain-fixed",
      severity: "info",
      message: `The decided "${name}" does not reach files that name another domain: ${hosts}`,
      ...(first.span === undefined ? {} : { span: first.span }),
      hint: "Change them where the programs must know the domain of this target",
      related: found.flatMap(({ host, where, span }) =>
        span === undefined ? [] : [{ message: `"${host}" in ${where}`, span }]
      ),
    });
  }
}

/** What stands between a site's own name and its country, as in `example.co.uk`. */
const SECOND_LEVEL: ReadonlySet<string> = new Set(["ac", "co", "com", "edu", "gov", "net", "org"]);

/** The site's own name: `faforever` of `faforever.localhost` and of `test.faforever.com`. */
function siteOf(domain: string): string {
  const labels = domain.split(".").slice(0, -1);
  return labels.findLast((label, index) => index === 0 || !SECOND_LEVEL.has(label)) ?? domain;
}

/** Other hosts of the same site: `test.faforever.com`, where the domain is `faforever.localhost`. */
function otherHosts(text: string, domain: string): string[] {
  const site = siteOf(domain);
  const pattern = new RegExp(
    `(?<![\\w.-])(?:[a-z0-9-]+\\.)*${site}\\.[a-z]{2,}(?:\\.[a-z]{2,})*(?![\\w-])`,
    "gi",
  );
  return [...text.matchAll(pattern)].map(([host]) => host.toLowerCase())
    .filter((host) => host !== domain && !host.endsWith(`.${domain}`));
}

function inVariables(context: Context, domain: string): Found[] {
  return services(context).flatMap(({ name, environment }) =>
    Object.entries(environment ?? {}).flatMap(([key, value]) =>
      [...new Set(otherHosts(value ?? "", domain))].map((host): Found => {
        const span = context.project.span(["services", name, "environment", key]);
        return { host, where: `"${name}.${key}"`, ...(span === undefined ? {} : { span }) };
      })
    )
  );
}

function inFiles(context: Context, domain: string): Found[] {
  const { project, bindSources } = context;
  const files = new Map(
    services(context).flatMap((service) =>
      fileTexts(project, service, bindSources).map((file) => [file.path, file] as const)
    ),
  );
  return [...files.values()].flatMap(({ name, text, spanAt }) => {
    const found = new Map<string, Found>();
    for (const { text: line, line: number } of textLines(text)) {
      for (const host of otherHosts(line, domain)) {
        if (found.has(host)) continue;
        const span = spanAt(number, 1);
        found.set(host, { host, where: `"${name}"`, ...(span === undefined ? {} : { span }) });
      }
    }
    return [...found.values()];
  });
}

function services({ project, decisions, routing }: Context): (typeof project.services)[string][] {
  return Object.values(project.services).filter(({ name }) =>
    !isSkipped(decisions, name) && name !== routing.traefikService
  );
}
