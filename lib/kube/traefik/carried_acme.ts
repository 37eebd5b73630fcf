/** The certificates that the stack's Traefik has fetched: carried over where they are at hand, else said. */
import { shellWord } from "../../diagnostics/shell_word.ts";
import type { FileAt, Unseen } from "../../traefik/container_files.ts";
import { baseName, type CarriedAcme } from "./acme_volume.ts";
import { type Resolver, storageFiles } from "./certificate_resolvers.ts";
import { report, type RouteContext } from "./context.ts";

/** What each storage holds, by its name on the volume of the cluster's Traefik; an empty one has nothing to carry. */
export function carriedAcme(
  context: RouteContext,
  resolvers: readonly Resolver[],
  storedAt: (path: string) => FileAt | undefined,
): CarriedAcme {
  const carried = new Map<string, string>();
  for (const [storage, path] of storageFiles(resolvers)) {
    const found = storedAt(storage);
    if (found?.kind === "unseen") reportLeft(context, resolvers, storage, path, found);
    if (found?.kind === "not mounted") reportLeft(context, resolvers, storage, path, IN_CONTAINER);
    if (found?.kind === "text" && found.text.text.trim() !== "") carried.set(baseName(path), found.text.text);
  }
  return carried;
}

/** Docker loses it with each container, so nobody counts on it. */
const IN_CONTAINER = { where: "no mount keeps them", isOnVolume: false } as const;

/**
 * On a bind mount that has nothing here there may be nothing anywhere; a volume of Docker's is where certificates are kept.
 * Without them all are ordered anew, and a CA limits how many it issues (Let's Encrypt, "Rate Limits").
 */
function reportLeft(
  context: RouteContext,
  resolvers: readonly Resolver[],
  storage: string,
  path: string,
  { where, isOnVolume, span }: Pick<Unseen, "where" | "isOnVolume" | "span">,
): void {
  const names = resolvers.filter((resolver) => resolver.storage === storage).map(({ name }) => `"${name}"`);
  const whose = `the resolver${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
  report(
    context,
    isOnVolume ? "warning" : "info",
    "traefik-acme-not-carried",
    span === undefined ? context.routing.static ?? {} : { span },
    `The certificates of ${whose} are not carried over, as ${where}: the cluster's Traefik orders all of them anew, and ` +
      "until then serves its own",
    hintFor(context, storage, path, isOnVolume),
  );
}

function hintFor(
  { routing, decisions }: RouteContext,
  storage: string,
  path: string,
  isOnVolume: boolean,
): string {
  if (!isOnVolume) return "Run this where the file is; where there never was one, nothing is to be done";
  const run = "Run this as root where Docker has it";
  if (decisions.mode === "external") return run;
  const target = `${decisions.storageDirectory}/${baseName(path)}`;
  const source = `${routing.traefikService ?? "traefik"}:${
    storage.startsWith("/") ? storage : `/${storage}`
  }`;
  return `${run}, or put them on the node before: mkdir -p ${shellWord(decisions.storageDirectory)}; ` +
    `docker compose cp ${shellWord(source)} ${shellWord(target)}`;
}
