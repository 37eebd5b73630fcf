/** What `configs` and `secrets` hold without a file, as pods have it: hosts that no Service is called are replaced. */
import type { FileObject, Project, Service } from "../../compose/project.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { type FileText, objectTexts } from "./texts/file_texts.ts";
import { ndotsOf } from "./ndots.ts";
import { definesName, mentionsInText } from "./network/host_mentions.ts";
import { replaceHost } from "./replace_host.ts";

/** Hosts that are no names in the cluster, by the `ndots` of who calls, with what takes the place of each. */
type Hosts = (ndots: number) => ReadonlyMap<string, string>;

interface Use {
  readonly host: string;
  readonly name: string;
  readonly object: string;
  readonly span: Span | undefined;
}

/** The project with such contents replaced, those that come from variables included, and a remark for each host. */
export function contentsInCluster(
  project: Project,
  hostsBy: Hosts,
): { project: Project; findings: readonly Diagnostic[] } {
  const uses: Use[] = [];
  const section = (key: "configs" | "secrets"): Project["configs"] =>
    Object.fromEntries(
      Object.entries(project[key]).map(([name, definition]) => {
        const [text] = definition.file === undefined
          ? objectTexts(project, key, name, definition, new Map())
          : [];
        const ndots = lowestNdots(project, key, name);
        return [name, text === undefined ? definition : withHosts(definition, text, hostsBy(ndots), uses)];
      }),
    );
  const changed = { ...project, configs: section("configs"), secrets: section("secrets") };
  return {
    project: uses.length === 0 ? project : changed,
    findings: [...Map.groupBy(uses, ({ host }) => host).values()].map(remark),
  };
}

/** Of the services that have it: a name that one of them would ask outside is replaced for all. */
function lowestNdots(project: Project, key: "configs" | "secrets", name: string): number {
  const ndots = ndotsOf(project);
  const users = Object.values(project.services).filter((service: Service) =>
    service[key]?.some(({ source }) => source === name) === true
  );
  return Math.min(Infinity, ...users.map(ndots));
}

function withHosts(
  definition: FileObject,
  { name: object, text, spanAt }: FileText,
  hosts: ReadonlyMap<string, string>,
  uses: Use[],
): FileObject {
  const lines = text.split("\n");
  for (const { host, line, column } of mentionsInText(text, hosts)) {
    const before = lines[line - 1] ?? "";
    const name = hosts.get(host) ?? host;
    const after = replaceHost(before, host, name, definesName(text, host));
    lines[line - 1] = after;
    if (after !== before) uses.push({ host, name, object, span: spanAt(line, column) });
  }
  const content = lines.join("\n");
  if (content === text) return definition;
  const { environment: _, ...others } = definition;
  return { ...others, content };
}

function remark(uses: readonly Use[]): Diagnostic {
  const [first, ...others] = uses;
  const related = others.flatMap(({ object, span }) =>
    span === undefined ? [] : [{ message: `Also in "${object}"`, span }]
  );
  return {
    code: "kube-host-replaced",
    severity: "info",
    message: `Host "${first?.host}" is no name in the cluster: "${first?.object}" is given "${first?.name}"`,
    ...(first?.span === undefined ? {} : { span: first.span }),
    hint: "Where a program has it from elsewhere, write the new name there",
    ...(related.length === 0 ? {} : { related }),
  };
}
