/** The same password in several places: what a client uses must be what its server was given. */
import type { Project, Service } from "../../compose/project.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { BindSources } from "../../compose/bind_source.ts";
import { isSecretKey } from "../secrecy/mod.ts";
import { at, type Context, imageOf, isSkipped } from "../stack/context.ts";
import { knownImage } from "../stack/known_images.ts";
import { servicesByDnsName } from "../stack/network/dns_names.ts";
import { isHostKey, mentionsInValue, words } from "../stack/network/host_mentions.ts";
import { type FileText, fileTexts } from "../stack/texts/file_texts.ts";
import { textLines } from "../stack/network/text_lines.ts";

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly span?: Span;
}

/** How a client logs in to a server. Passwords never leave this file. */
interface Login {
  readonly client: string;
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** Written in a URL, where special characters may stand as `%40`. */
  readonly isInUrl?: boolean;
  readonly where: string;
  readonly span?: Span;
}

/** One password that a server's environment sets, for a user or for a word of its name. */
interface Grant {
  readonly key: string;
  readonly user?: string;
  readonly owner: string;
  readonly password: string;
}

const USER_WORDS = /^(user|username|login)$/;
const PASSWORD_WORDS = /^(pass|password|passwd|pwd|pw)$/;

/** Compares every login to a database or broker of the stack with what that server's environment says. */
export function checkCredentials(context: Context): void {
  const { project } = context;
  for (const login of logins(project, context.bindSources)) {
    const server = project.services[login.server];
    if (server === undefined || isSkipped(context.decisions, login.client)) continue;
    if (knownImage(imageOf(context.decisions, server) ?? "")?.stateful !== true) continue;
    const grant = grantFor(grantsOf(server), login.user);
    if (grant === undefined || isSame(grant.password, login)) continue;
    const place = at(project, ["services", server.name, "environment", grant.key]).span;
    context.report({
      code: "kube-secrets-disagree",
      severity: "warning",
      message:
        `The password of user "${login.user}" in ${login.where} is not the one in "${grant.key}" of service "${server.name}"`,
      ...(login.span === undefined ? {} : { span: login.span }),
      hint: "Write the same value in both places; the one that works today is the one of the client",
      ...(place === undefined ? {} : { related: [{ message: `"${grant.key}" is set here`, span: place }] }),
    });
  }
}

/** Whether a login's password is the one that was given; in a URL also as programs decode it. */
function isSame(given: string, { password, isInUrl = false }: Login): boolean {
  return password === given || isInUrl && decoded(password) === given;
}

/** `%40` as the character that it stands for; a text that is no such code as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function logins(project: Project, bindSources: BindSources): Login[] {
  const owners = servicesByDnsName(project);
  return Object.values(project.services).flatMap((service) => {
    const environment = environmentEntries(project, service);
    const files = fileTexts(project, service, bindSources).map((file) => ({
      name: `"${file.name}"`,
      entries: fileEntries(file),
    }));
    return [{ name: "", entries: environment }, ...files].flatMap(({ name, entries }) => [
      ...urlLogins(service.name, entries, owners, name),
      ...keyLogins(service.name, entries, owners, name),
    ]);
  });
}

/** `mysql://hydra:…@tcp(faf-db:3306)`. */
function urlLogins(
  client: string,
  entries: readonly Entry[],
  owners: ReadonlyMap<string, string>,
  name: string,
): Login[] {
  return entries.flatMap(({ key, value, span }) => {
    const match = /(?:\/\/|^|["'\s])([\w.-]+):([^\s:@/"']+)@(?:tcp|udp)?\(?([\w.-]+)/.exec(value);
    const server = owners.get(match?.[3] ?? "");
    if (match === null || server === undefined || server === client) return [];
    const where = name === "" ? `"${key}" of service "${client}"` : `${name} of service "${client}"`;
    return [{
      client,
      server,
      user: match[1] ?? "",
      password: match[2] ?? "",
      isInUrl: match[0].startsWith("//"),
      where,
      ...(span === undefined ? {} : { span }),
    }];
  });
}

/** `DB_SERVER`, `DB_LOGIN` and `DB_PASSWORD` belong together by their first words. */
function keyLogins(
  client: string,
  entries: readonly Entry[],
  owners: ReadonlyMap<string, string>,
  name: string,
): Login[] {
  return entries.filter(({ key }) => isHostKey(key) || /(^|[_.])db$/i.test(key)).flatMap((host) => {
    const mention = mentionsInValue(host.value, owners, host.key)[0];
    const server = owners.get(mention?.host ?? "");
    if (server === undefined || server === client) return [];
    const prefix = words(host.key).slice(0, -1).join(" ");
    const beside = (wanted: RegExp): Entry | undefined =>
      entries.find(({ key }) => {
        const all = words(key);
        return all.slice(0, -1).join(" ") === prefix && wanted.test(all.at(-1) ?? "");
      });
    const user = beside(USER_WORDS);
    const password = beside(PASSWORD_WORDS);
    if (user === undefined || password === undefined) return [];
    const where = name === "" ? `"${password.key}" of service "${client}"` : `${name} of service "${client}"`;
    const span = password.span;
    return [{
      client,
      server,
      user: user.value,
      password: password.value,
      where,
      ...(span === undefined ? {} : { span }),
    }];
  });
}

/** `RABBITMQ_X_USER` with `RABBITMQ_X_PASS`, else the words between the product and `PASSWORD`. */
function grantsOf(server: Service): Grant[] {
  const entries = Object.entries(server.environment ?? {});
  return entries.flatMap(([key, value]) => {
    const all = words(key);
    if (value === null || value === "" || !isSecretKey(key) || !PASSWORD_WORDS.test(all.at(-1) ?? "")) {
      return [];
    }
    const prefix = all.slice(0, -1).join(" ");
    const user = entries.find(([other]) => {
      const parts = words(other);
      return USER_WORDS.test(parts.at(-1) ?? "") && parts.slice(0, -1).join(" ") === prefix;
    })?.[1];
    const owner = prefix.replace(/^(mysql|mariadb|postgres|postgresql|mongo|mongodb|rabbitmq|redis)\b ?/, "");
    return [{ key, owner, password: value, ...(user === undefined || user === null ? {} : { user }) }];
  });
}

/** By the user's name where the server names one, else the grant whose words end the user's name. */
function grantFor(grants: readonly Grant[], user: string): Grant | undefined {
  const named = grants.filter((grant) => grant.user === user);
  if (named.length > 0) return named[0];
  const wanted = words(user).join(" ");
  const fits = grants.filter(({ owner, user: known }) =>
    known === undefined && owner !== "" && (wanted === owner || wanted.endsWith(` ${owner}`))
  );
  return fits.sort((left, right) => right.owner.length - left.owner.length)[0];
}

function environmentEntries(project: Project, service: Service): Entry[] {
  return Object.entries(service.environment ?? {}).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value, ...at(project, ["services", service.name, "environment", key]) }]
  );
}

/** `key: value` and `key = value` lines, blocks told apart by the line that opens them. */
function fileEntries({ text, spanAt }: FileText): Entry[] {
  const stack: { indent: number; name: string }[] = [];
  return textLines(text).flatMap(({ text: line, line: number, offset }) => {
    const indent = line.length - line.trimStart().length;
    const match = /^\s*["']?([A-Za-z][\w.-]*)["']?\s*[:=]?\s*(.*?)[,;]?\s*$/.exec(line);
    if (match === null || /^\s*(#|\/\/|;|\/\*)/.test(line)) return [];
    while (stack.length > 0 && (stack.at(-1)?.indent ?? 0) >= indent) stack.pop();
    const value = (match[2] ?? "").replace(/^["']|["']$/g, "");
    if (value === "" || value === "{") {
      stack.push({ indent, name: match[1] ?? "" });
      return [];
    }
    const block = stack.map(({ name }) => name).join(".");
    const key = block === "" ? match[1] ?? "" : `${block}.${match[1] ?? ""}`;
    const span = spanAt(number, offset + indent + 1);
    return [{ key, value, ...(span === undefined ? {} : { span }) }];
  });
}
