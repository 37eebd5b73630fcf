/** The strong secrets that a stack names anywhere, and the names that no secret is strong against. */
import type { BindSources } from "../../../compose/bind_source.ts";
import type { FileObject, Project, Service } from "../../../compose/project.ts";
import { isStrong, keyWords, secretsInFile, secretsInList, secretsInVariable } from "../../secrecy/mod.ts";
import { servicesByDnsName } from "../network/dns_names.ts";
import { textFiles } from "../texts/text_files.ts";
import { relativePath } from "../relative_path.ts";
import { contentOf } from "../texts/file_object.ts";

/** A strong value, as it may be spelt, and where it is known from. */
export interface KnownSecret {
  readonly value: string;
  readonly spellings: readonly string[];
  /** For a reader: `"faf-db.MYSQL_ROOT_PASSWORD"`. */
  readonly owner: string;
}

/** All of a project: from variables, arguments, checks, labels, mounted files and `.env`. */
export function knownSecrets(project: Project, bindSources: BindSources): readonly KnownSecret[] {
  const names = plainNames(project);
  const known = new Map<string, KnownSecret>();
  const add = (value: string, owner: string): void => {
    for (const part of value.split("\n").map((line) => line.trim())) {
      if (known.has(part) || !isStrong(part, names)) continue;
      const encoded = encodeURIComponent(part);
      known.set(part, { value: part, owner, spellings: encoded === part ? [part] : [part, encoded] });
    }
  };
  for (const service of Object.values(project.services)) {
    for (const [key, value] of pairsOf(service)) {
      for (const { start, end } of secretsInVariable(key, value)) {
        add(value.slice(start, end), `"${service.name}.${key}"`);
      }
    }
    for (const [key, list] of listsOf(service)) {
      secretsInList(list).forEach((spans, index) =>
        spans.forEach(({ start, end }) =>
          add(list[index]?.slice(start, end) ?? "", `"${service.name}.${key}.${index}"`)
        )
      );
    }
    for (const mount of service.volumes ?? []) {
      if (mount.type !== "bind" || mount.source === undefined) continue;
      for (const { path, text } of textFiles(mount.source, bindSources.get(mount.source))) {
        for (const { start, end, why } of secretsInFile(path, text)) {
          add(text.slice(start, end), `${why} in "${relativePath(project, path)}"`);
        }
      }
    }
  }
  for (const { path, text, owner } of fileObjects(project, bindSources)) {
    // A compose secret is one as a whole; a file of settings in it has its parts.
    if (owner !== undefined) add(text.trim(), owner);
    for (const { start, end, why } of secretsInFile(path, text)) {
      add(text.slice(start, end), owner ?? `${why} in "${path}"`);
    }
  }
  for (const [key, value] of Object.entries(project.environment)) {
    for (const { start, end } of secretsInVariable(key, value)) add(value.slice(start, end), `"${key}"`);
  }
  return [...known.values()];
}

/** The texts of compose's own `secrets` and `configs`; a secret with its owner, as it is one whatever its text is. */
function fileObjects(
  project: Project,
  bindSources: BindSources,
): readonly { readonly path: string; readonly text: string; readonly owner?: string }[] {
  const textOf = (definition: FileObject): string | undefined => {
    // What a plugin of Docker keeps is not what stands here.
    if (definition["driver"] !== undefined) return undefined;
    const content = contentOf({ project, bindSources }, definition);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  };
  const pathOf = (name: string, { file }: FileObject): string =>
    file === undefined ? name : relativePath(project, file);
  return [
    ...Object.entries(project.secrets).map(([name, definition]) => ({
      name,
      definition,
      owner: `secret "${name}"`,
    })),
    ...Object.entries(project.configs).map(([name, definition]) => ({ name, definition })),
  ].flatMap(({ name, definition, ...owner }) => {
    const text = textOf(definition);
    return text === undefined ? [] : [{ path: pathOf(name, definition), text, ...owner }];
  });
}

function pairsOf(service: Service): readonly (readonly [string, string])[] {
  return [service.environment, service.labels, service.annotations].flatMap((pairs) =>
    Object.entries(pairs ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === "string")
  );
}

function listsOf(service: Service): readonly (readonly [string, readonly string[]])[] {
  return [
    ["entrypoint", service.entrypoint ?? []],
    ["command", service.command ?? []],
    ["healthcheck", service.healthcheck?.test ?? []],
  ];
}

/** In lower case: services, containers, hosts, images, networks, volumes, users, databases. */
function plainNames(project: Project): ReadonlySet<string> {
  const names = new Set<string>([project.name, ...servicesByDnsName(project).keys()]);
  for (const service of Object.values(project.services)) {
    for (const name of [service.container_name, service.hostname, service.domainname]) names.add(name ?? "");
    for (const part of service.image?.split(/[/:@]/) ?? []) names.add(part);
    for (const [key, value] of Object.entries(service.environment ?? {})) {
      if (value !== null && isNameKey(key)) names.add(value);
    }
  }
  for (const kind of [project.networks, project.volumes]) {
    for (const name of Object.keys(kind ?? {})) names.add(name);
  }
  names.delete("");
  return new Set([...names].map((name) => name.toLowerCase()));
}

/** `POSTGRES_USER`, `DB_NAME`, `MYSQL_DATABASE`, `REDIS_HOST`. */
function isNameKey(key: string): boolean {
  return /^(user|username|db|database|dbname|name|host|hostname|server|login|owner|domain|schema|vhost|bucket|realm)$/
    .test(keyWords(key).at(-1) ?? "");
}
