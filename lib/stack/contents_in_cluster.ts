/** What `configs` and `secrets` hold without a file, as pods have it: hosts that no Service is called are replaced. */
import type { FileObject, Project } from "../../compose/project.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type FileText, objectTexts } from "./texts/file_texts.ts";
import { ndotsOf } from "./ndots.ts";
import { type GivenName, hostReplaced, textWithHosts } from "./replaced_hosts.ts";

/** Hosts that are no names in the cluster, by the `ndots` of who calls, with what takes the place of each. */
type Hosts = (ndots: number) => ReadonlyMap<string, string>;

interface Use extends GivenName {
  readonly host: string;
  readonly name: string;
}

/** The project with such contents replaced, those that come from variables included, and a remark for each host. */
export function contentsInCluster(
  project: Project,
  hostsBy: Hosts,
): { project: Project; findings: readonly Diagnostic[] } {
  const uses: Use[] = [];
  const section = (key: "configs" | "secrets"): Project["configs"] => {
    const ndotsBy = lowestNdots(project, key);
    return Object.fromEntries(
      Object.entries(project[key]).map(([name, definition]) => {
        const [text] = definition.file === undefined
          ? objectTexts(project, key, name, definition, new Map())
          : [];
        const ndots = ndotsBy.get(name) ?? Infinity;
        return [name, text === undefined ? definition : withHosts(definition, text, hostsBy(ndots), uses)];
      }),
    );
  };
  const changed = { ...project, configs: section("configs"), secrets: section("secrets") };
  return {
    project: uses.length === 0 ? project : changed,
    findings: [...Map.groupBy(uses, ({ host }) => host)].map(([host, own]) =>
      hostReplaced(host, own[0]?.name ?? "", own)
    ),
  };
}

/** Of the services that have each: a name that one of them would ask outside is replaced for all. */
function lowestNdots(project: Project, key: "configs" | "secrets"): ReadonlyMap<string, number> {
  const ndots = ndotsOf(project);
  const lowest = new Map<string, number>();
  for (const service of Object.values(project.services)) {
    for (const { source } of service[key] ?? []) {
      lowest.set(source, Math.min(lowest.get(source) ?? Infinity, ndots(service)));
    }
  }
  return lowest;
}

function withHosts(
  definition: FileObject,
  { name: object, text, spanAt }: FileText,
  hosts: ReadonlyMap<string, string>,
  uses: Use[],
): FileObject {
  const content = textWithHosts(text, hosts, (host, line, column) => {
    uses.push({ host, name: hosts.get(host) ?? host, whom: `"${object}"`, span: spanAt(line, column) });
  });
  if (content === text) return definition;
  const { environment: _, ...others } = definition;
  return { ...others, content };
}
