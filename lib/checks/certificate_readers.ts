/**
 * Services that read the certificates of the stack's Traefik from the file in which it keeps them, such as a dumper or a
 * mail server. The cluster's Traefik keeps its own elsewhere: they would go on reading the old ones until these expire.
 */
import { cleanPath } from "../../compose/files/paths.ts";
import type { Mount, Service } from "../../compose/project.ts";
import { traefikDecisions } from "../decisions/traefik.ts";
import { yamlText } from "../diagnostics/yaml_word.ts";
import { resolversOf } from "../kube/traefik/certificate_resolvers.ts";
import { at, type Context, isSkipped } from "../stack/context.ts";
import type { StorageDecision } from "../decisions/decisions.ts";
import { storageDecision, storageKey } from "../stack/storage/places.ts";

/** A warning for each mount of another service in which a storage of Traefik's resolvers lies. */
export function checkCertificateReaders(context: Context): void {
  const { project, routing } = context;
  const traefik = routing.traefikService === undefined ? undefined : project.services[routing.traefikService];
  if (traefik === undefined || !traefikDecisions(context.decisions.traefik).acme) return;
  const places = new Set(resolversOf(routing).flatMap(({ storage }) => placeIn(traefik, storage) ?? []));
  for (const service of Object.values(project.services)) {
    if (service === traefik || isSkipped(context.decisions, service.name)) continue;
    for (const [index, mount] of (service.volumes ?? []).entries()) {
      for (const place of places) reportReader(context, service, { mount, index }, place);
    }
  }
}

function reportReader(
  context: Context,
  service: Service,
  { mount, index }: { readonly mount: Mount; readonly index: number },
  place: string,
): void {
  const beginning = beginningOf(mount);
  if (beginning === undefined || !isBelow(place, beginning)) return;
  // Who has the whole stack, or the machine, watches or backs up: it reads no certificates.
  if (isBelow(context.project.workingDir, beginning)) return;
  const { path, kind } = decisionOn(context, mount) ?? {};
  if (path !== undefined || kind === "skip") return;
  const file = cleanPath(`${mount.target}/${place.slice(beginning.length)}`);
  context.report({
    code: "traefik-acme-read",
    severity: "warning",
    message: `Service "${service.name}" reads the certificates of the stack's Traefik in "${file}": the ` +
      "cluster's Traefik keeps its own elsewhere, and those that it renews are not there",
    ...at(context.project, ["services", service.name, "volumes", index]),
    hint: hintFor(context, mount),
  });
}

function hintFor(context: Context, mount: Mount): string {
  const { mode, storageDirectory } = traefikDecisions(context.decisions.traefik);
  if (mode === "external") {
    return "Mount the volume of the cluster's Traefik, or let a program in the cluster fetch certificates for it";
  }
  const readOnly = mount.read_only === true ? "" : ", with :ro behind the mount";
  return `To read those of the cluster's Traefik, as root: storage: { ${
    yamlText(mount.type === "bind" ? storageKey(context, mount.source ?? "") : mount.source ?? "")
  }: { path: ${storageDirectory} } }${readOnly}`;
}

function decisionOn(context: Context, { type, source = "" }: Mount): StorageDecision | undefined {
  return type === "bind" ? storageDecision(context, source) : context.decisions.storage?.[source];
}

/** Where a path of a service's container lies: on the machine, or in a volume by its key; undefined: in no mount. */
function placeIn({ volumes = [] }: Service, path: string): string | undefined {
  const inside = cleanPath(`/${path}`);
  const [holder] = volumes.filter(({ target }) => isBelow(inside, cleanPath(target)))
    .toSorted((left, right) => right.target.length - left.target.length);
  const beginning = holder === undefined ? undefined : beginningOf(holder);
  return holder === undefined || beginning === undefined
    ? undefined
    : `${beginning}${inside.slice(cleanPath(holder.target).length)}`;
}

/** Where a mount begins: a path of the machine, or the key of a volume with what is mounted of it. */
function beginningOf({ type, source, volume }: Mount): string | undefined {
  if (source === undefined || type !== "bind" && type !== "volume") return undefined;
  return type === "bind" ? cleanPath(source) : cleanPath(`${source}/${volume?.subpath ?? ""}`);
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, "")}/`);
}
