/** Configuration files as pods have them: hosts that no Service is called are replaced, as they are in variables. */
import type { BindSource, BindSources } from "../../compose/bind_source.ts";
import type { Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { replacedHosts } from "./as_in_cluster.ts";
import { ndotsOf } from "./ndots.ts";
import { decodeText } from "./texts/text_files.ts";
import { type GivenName, hostReplaced, textWithHosts } from "./replaced_hosts.ts";
import { relativePath } from "./relative_path.ts";
import type { BindTreatment } from "./storage/bind_treatment.ts";

interface Use extends GivenName {
  readonly host: string;
}

/** What replaces what, and what was found on the way. */
export interface FilesInCluster {
  readonly bindSources: BindSources;
  readonly roles: ReadonlyMap<string, BindTreatment>;
  readonly findings: readonly Diagnostic[];
}

/**
 * Replaces hosts in what the cluster gets as a ConfigMap or a Secret, with a remark for each; a directory that is data
 * stays as it is on the disk.
 */
export function filesInCluster(
  project: Project,
  decisions: Decisions,
  bindSources: BindSources,
  roles: ReadonlyMap<string, BindTreatment>,
): FilesInCluster {
  const hostsBy = replacedHosts(project, decisions);
  const ndots = lowestNdots(project);
  const hostsIn = (path: string): ReadonlyMap<string, string> => hostsBy(ndots(path));
  const names = new Map<string, string>();
  const uses: Use[] = [];
  const used = new Set<ReadonlyMap<string, string>>();
  const referenced = new Set(
    [...Object.values(project.configs), ...Object.values(project.secrets)]
      .flatMap((object) => object?.file ?? []),
  );
  const isCopied = (path: string): boolean =>
    roles.get(path)?.kind === "configuration" || referenced.has(path) && !roles.has(path);
  const changed = new Map(
    [...bindSources].map(([path, source]): [string, BindSource] => {
      const hosts = isCopied(path) ? hostsIn(path) : new Map<string, string>();
      used.add(hosts);
      return [path, hosts.size > 0 ? rewritten(project, path, source, hosts, uses) : source];
    }),
  );
  for (const [host, name] of [...used].flatMap((hosts) => [...hosts])) names.set(host, name);
  return {
    bindSources: changed,
    roles: new Map(
      [...roles].map(([path, role]) => {
        const source = changed.get(path);
        return [path, role.kind === "configuration" && source !== undefined ? { ...role, source } : role];
      }),
    ),
    findings: [...Map.groupBy(uses, ({ host }) => host)].map(([host, own]) =>
      hostReplaced(host, names.get(host) ?? "", own)
    ),
  };
}

/** Of the services that have the file: a name that one of them would ask outside is replaced for all. */
function lowestNdots(project: Project): (path: string) => number {
  const lowest = new Map<string, number>();
  const ndots = ndotsOf(project);
  for (const service of Object.values(project.services)) {
    const own = ndots(service);
    for (const path of filesOf(project, service)) {
      lowest.set(path, Math.min(lowest.get(path) ?? Infinity, own));
    }
  }
  return (path) => lowest.get(path) ?? Infinity;
}

/** What a service mounts or is given, by its path on the disk. */
function filesOf(
  project: Project,
  { volumes = [], configs = [], secrets = [] }: Service,
): readonly string[] {
  return [
    ...volumes.flatMap(({ type, source }) => type === "bind" && source !== undefined ? [source] : []),
    ...configs.flatMap(({ source }) => project.configs[source]?.file ?? []),
    ...secrets.flatMap(({ source }) => project.secrets[source]?.file ?? []),
  ];
}

function rewritten(
  project: Project,
  path: string,
  source: BindSource,
  hosts: ReadonlyMap<string, string>,
  uses: Use[],
): BindSource {
  if (source.kind === "file") return withHosts(project, path, source, hosts, uses);
  if (source.kind !== "directory") return source;
  const files = [...source.files].map(([name, file]) =>
    [name, withHosts(project, `${path.replace(/\/+$/, "")}/${name}`, file, hosts, uses)] as const
  );
  return { ...source, files: new Map(files) };
}

/** A file with its content, whose size follows. */
function withHosts<F extends { readonly size: number; readonly content?: Uint8Array }>(
  project: Project,
  path: string,
  file: F,
  hosts: ReadonlyMap<string, string>,
  uses: Use[],
): F {
  const text = decodeText(file.content);
  if (text === undefined) return file;
  const name = relativePath(project, path);
  const changed = textWithHosts(text, hosts, (host, line, column) => {
    uses.push({ host, whom: `file "${name}"`, span: { file: name, line, column } });
  });
  const content = new TextEncoder().encode(changed);
  return { ...file, size: content.length, content };
}
