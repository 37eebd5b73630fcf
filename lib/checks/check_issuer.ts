/** Whether the issuer that the API server is told of is the one that the stack's own login writes into its tokens. */
import { isScalar, parseDocument } from "yaml";
import type { Project } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { mountedFiles, spanIn, type StackTexts } from "../stack/secrets/located_secrets.ts";
import { relativePath } from "../stack/relative_path.ts";

interface Issuer {
  readonly url: string;
  readonly span?: Span | undefined;
}

/**
 * A warning for each identity server of the stack that says another issuer: the API server compares the text of
 * `iss` and refuses every token that differs. Nothing where an issuer outside the stack was decided and no server
 * of the stack names its own.
 *
 * Hydra reads it from `URLS_SELF_ISSUER`, else from `urls.self.issuer` of its configuration file:
 * https://www.ory.com/docs/hydra/reference/configuration
 */
export function checkIssuer(texts: StackTexts, decisions: Decisions): readonly Diagnostic[] {
  const wanted = decisions.access?.oidc?.issuer;
  if (wanted === undefined) return [];
  return Object.keys(decisions.identity ?? {}).flatMap((service): Diagnostic[] => {
    const issuer = fromVariable(texts.project, service) ?? fromFile(texts, service);
    if (issuer === undefined || bare(issuer.url) === bare(wanted)) return [];
    const span = decisions.span(["access", "oidc", "issuer"]);
    return [{
      code: "kube-oidc-issuer",
      severity: "warning",
      message:
        `Service "${service}" writes issuer "${issuer.url}" into its tokens, but the API server is told to ` +
        `accept only "${wanted}": nobody could log in`,
      ...(span === undefined ? {} : { span }),
      hint: "Write the same URL in both places; people and the API server must reach it by https",
      ...(issuer.span === undefined ? {} : { related: [{ message: "It is said here", span: issuer.span }] }),
    }];
  });
}

function fromVariable({ services, span }: Project, service: string): Issuer | undefined {
  const url = services[service]?.environment?.["URLS_SELF_ISSUER"];
  return typeof url === "string"
    ? { url, span: span(["services", service, "environment", "URLS_SELF_ISSUER"]) }
    : undefined;
}

function fromFile(texts: StackTexts, service: string): Issuer | undefined {
  for (const { path, content, services } of mountedFiles(texts)) {
    if (!services.includes(service) || !/\.(ya?ml|json)$/.test(path)) continue;
    const text = new TextDecoder().decode(content);
    const node = parseDocument(text).getIn(["urls", "self", "issuer"], true);
    if (!isScalar(node) || typeof node.value !== "string") continue;
    const [start = 0, end = 0] = node.range ?? [];
    return { url: node.value, span: spanIn(text, { start, end }, relativePath(texts.project, path)) };
  }
  return undefined;
}

/** Hydra ends its issuer with a slash, whether it was written so or not. */
function bare(url: string): string {
  return url.replace(/\/+$/, "");
}
