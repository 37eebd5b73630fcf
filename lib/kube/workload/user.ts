/** `user` and `group_add` as numbers: Kubernetes knows no names. */
import { at, type Context, imageOf } from "../../stack/context.ts";
import { knownImage } from "../../stack/known_images.ts";
import { imageDecision } from "../../stack/image_decision.ts";
import type { Json } from "../../values/json.ts";
import type { DecidedService } from "./conversion_state.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";
import { yamlWord } from "../../diagnostics/yaml_word.ts";

/** `runAsUser` and `runAsGroup` of the container; empty where the image decides. */
export function userOf(context: Context, subject: DecidedService): Json {
  const { service, decision } = subject;
  const text = String(decision.user ?? service.user ?? "");
  const [name = "", group] = text.split(":");
  const uid = name === "" ? undefined : numberOf(context, subject, name, "users");
  const gid = decision.group ??
    (group === undefined || group === "" ? undefined : numberOf(context, subject, group, "groups"));
  const unknown = [
    ...(name !== "" && uid === undefined ? [name] : []),
    ...(group !== undefined && group !== "" && gid === undefined ? [group] : []),
  ];
  if (unknown.length > 0) reportUnknown(context, subject, [...new Set(unknown)], name);
  return {
    ...(uid === undefined ? {} : { runAsUser: uid }),
    ...(gid === undefined ? {} : { runAsGroup: gid }),
  };
}

/** The number of the user that the program starts as, where it can be known: decided, of compose, or the image's own. */
export function startingUid(context: Context, { service, decision }: DecidedService): number | undefined {
  const image = imageOf(context.decisions, service) ?? "";
  const text = decision.user ?? service.user ?? imageDecision(context.decisions, image)?.user ??
    context.images(image)?.user ?? knownImage(image)?.user;
  if (text === undefined) return undefined;
  const [name = ""] = String(text).split(":");
  return name === "" ? 0 : numberOf(context, { service, decision }, name, "users");
}

/** The number of the group that is written after that user; undefined where none is, or its number is not known. */
export function startingGid(context: Context, { service, decision }: DecidedService): number | undefined {
  const [, group = ""] = String(decision.user ?? service.user ?? "").split(":");
  return decision.group ??
    (group === "" ? undefined : numberOf(context, { service, decision }, group, "groups"));
}

/** `supplementalGroups` of the pod. */
export function supplementalGroups(context: Context, subject: DecidedService): number[] {
  const { service } = subject;
  return (service.group_add ?? []).flatMap((name, index) => {
    const gid = numberOf(context, subject, String(name), "groups");
    if (gid !== undefined) return [gid];
    context.report({
      code: "kube-group-unknown",
      severity: "question",
      message: `Group "${name}" of service "${service.name}" is a name, and Kubernetes takes numbers`,
      ...at(context.project, ["services", service.name, "group_add", index]),
      hint: `Add to decisions.yaml: users: { ${yamlWord(name)}: GID } (see /etc/group in the image)`,
    });
    return [];
  });
}

function numberOf(
  context: Context,
  subject: DecidedService,
  name: string,
  kind: "users" | "groups",
): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  if (name === "root") return 0;
  const image = imageOf(context.decisions, subject.service) ?? "";
  const tables = [
    context.decisions.users,
    imageDecision(context.decisions, image)?.users,
    ...(kind === "users" ? [context.images(image)?.users] : []),
    knownImage(image)?.[kind],
  ];
  for (const table of tables) if (table !== undefined && Object.hasOwn(table, name)) return table[name];
  return undefined;
}

/** @param user what of the names is the user's; any other is the group's */
function reportUnknown(
  context: Context,
  subject: DecidedService,
  names: readonly string[],
  user: string,
): void {
  const { service } = subject;
  const image = imageOf(context.decisions, service) ?? "";
  context.report({
    code: "kube-user-unknown",
    severity: "question",
    message: `User "${
      names.join(":")
    }" of service "${service.name}" is a name that is not known of image "${image}"`,
    ...at(context.project, ["services", service.name, "user"]),
    hint: `Add to decisions.yaml: users: { ${
      names.map((name) => `${yamlWord(name)}: ${name === user ? "UID" : "GID"}`).join(", ")
    } } (docker run --rm --entrypoint id ${shellWord(image)} ${shellWord(names[0] ?? "")})`,
  });
}
