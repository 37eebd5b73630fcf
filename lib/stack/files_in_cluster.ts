/** Configuration files as pods have them: hosts that no Service is called are replaced, as they are in variables. */
import type { BindSource, BindSources } from "../../compose/bind_source.ts";
import type { Project, Service } from "../../compose/project.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.ts";
import { replacedHosts } from "./as_in_cluster.ts";
import { definesName, mentionsInText } from "./network/host_mentions.ts";
import { ndotsOf } from "./ndots.ts";
import { decodeText } from "./texts/text_files.ts";
import { replaceHost } from "./replace_host.ts";
import { relativePath } from "./relative_path.ts";
import type { BindTreatment } from "./storage/bind_treatment.ts";

interface Use {
  readonly host: string;
  readonly span: Span;
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
      remark(host, names.get(host) ?? "", own)
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
  const lines = text.split("\n");
  for (const { host, line, column } of mentionsInText(text, hosts)) {
    const index = line - 1;
    const before = lines[index] ?? "";
    lines[index] = replaceHost(before, host, hosts.get(host) ?? host, definesName(text, host));
    if (lines[index] !== before) {
      uses.push({ host, span: { file: relativePath(project, path), line, column } });
    }
  }
  const content = new TextEncoder().encode(lines.join("\n"));
  return { ...file, size: content.length, content };
}

function remark(host: string, name: string, uses: readonly Use[]): Diagnostic {
  const [first, ...others] = uses;
  return {
    code: "kube-host-replaced",
    severity: "info",
    message: `Host "${host}" is no name in the cluster: file "${first?.span.file}" is given "${name}"`,
    ...(first === undefined ? {} : { span: first.span }),
    hint: "Where a program has it from elsewhere, write the new name there",
    ...(others.length === 0
      ? {}
      : { related: others.map(({ span }) => ({ message: `Also in file "${span.file}"`, span })) }),
  };
}
