/** A directory that is made belongs to root; a program that starts as somebody else could not write to it. */
import type { Mount } from "../../../compose/project.ts";
import { at, type Context } from "../../stack/context.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import type { DecidedService } from "./conversion_state.ts";
import { startingGid, startingUid } from "./user.ts";
import { isCreated, storageKey } from "../../stack/storage/places.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";

/** Says who the owner has to be, with the line that decides it, where the program's user is known. */
export function reportOwner(
  context: Context,
  subject: DecidedService,
  mount: Mount,
  decision: StorageDecision | undefined,
): void {
  const { source } = mount;
  if (source === undefined || decision?.owner !== undefined || mount.read_only === true) return;
  const isHere = mount.type === "bind" && (context.bindSources.get(source)?.kind ?? "missing") !== "missing";
  if (!isCreated(context.decisions, decision, !isHere)) return;
  const uid = startingUid(context, subject);
  if (isHere || uid === undefined || uid === 0) return;
  const gid = startingGid(context, subject) ?? uid;
  const key = mount.type === "bind" ? storageKey(context, source) : source;
  context.report({
    code: "kube-storage-owner",
    severity: "warning",
    message:
      `Directory "${key}" is made as root's, and service "${subject.service.name}" starts as user ${uid}`,
    ...at(context.project, ["services", subject.service.name, "volumes"]),
    hint: `To give it to the program: storage: { ${yamlText(key)}: { owner: "${uid}:${gid}" } }`,
  });
}
