/** Compose's own `configs` and `secrets` of a service as mounted files. */
import type { Permissions } from "../../../compose/bind_source.ts";
import type { FileObject, FileReference, Path } from "../../../compose/project.ts";
import { at, type Context } from "../../stack/context.ts";
import { subdomain } from "../../stack/names.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import { itemMode, mayGiveOwner, needsOwner, ownedCopy, readable } from "./owned_files.ts";
import { targetOf } from "../../stack/file_objects_at.ts";
import { contentOf } from "../../stack/texts/file_object.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { fileMode } from "./units.ts";
import { startingUid } from "./user.ts";
import { shellWord } from "../../diagnostics/shell_word.ts";

/** One mount for each reference; a secret lands in `/run/secrets/<name>`, a config in `/<name>`, as in compose. */
export function fileReferenceMounts(
  state: ConversionState,
  subject: DecidedService,
  helperImage: string,
): Mounted[] {
  const { service } = subject;
  const of = (section: "configs" | "secrets"): Mounted[] =>
    (service[section] ?? []).flatMap((reference, index) =>
      mounted(state, subject, helperImage, section, reference, ["services", service.name, section, index])
    );
  return [...of("configs"), ...of("secrets")];
}

function mounted(
  state: ConversionState,
  subject: DecidedService,
  helperImage: string,
  section: "configs" | "secrets",
  reference: FileReference,
  path: Path,
): Mounted[] {
  const { context, objects } = state;
  const definition = context.project[section][reference.source] ?? {};
  const content = contentOf(context, definition);
  const kind = section === "secrets" || (content !== undefined && isSecret(state, definition, content))
    ? "Secret"
    : "ConfigMap";
  const key = reference.source.replace(/[^-._a-zA-Z0-9]+/g, "-");
  const target = targetOf(section, reference);
  const name = volumeName(section === "secrets" ? "secret" : "config", reference.source);
  const span = context.project.span([section, reference.source]);
  if (content === undefined) {
    if (definition.external !== true) return missing(context, section, reference, path);
    askForExternal(context, { kind, name: definition.name ?? reference.source, key }, path);
  }
  const added = content === undefined
    ? { name: subdomain(definition.name ?? reference.source), digest: "" }
    : objects.add({
      kind,
      name: key,
      data: new Map([[key, content]]),
      ...(span === undefined ? {} : { source: span }),
    }, subject.service.name);
  const permissions = permissionsOf(state, reference, definition, path);
  // What is said is meant, also where everybody may read.
  const hasOwner = needsOwner(permissions) ||
    (definition.file === undefined && (permissions.uid ?? 0) + (permissions.gid ?? 0) > 0);
  const isOwned = hasOwner && mayGiveOwner(context, subject, target, path);
  const mode = hasOwner && !isOwned ? readable(permissions) : itemMode(permissions);
  const items = [{ key, path: key, mode }];
  const volume = {
    name,
    ...(kind === "Secret"
      ? { secret: { secretName: added.name, items } }
      : { configMap: { name: added.name, items } }),
  };
  const digests = added.digest === "" ? [] : [added.digest];
  noteCopied(state, subject, { target, permissions, definition, path });
  if (!isOwned) {
    return [{ volume, mount: { name, mountPath: target, subPath: key, readOnly: true }, digests }];
  }
  return [ownedCopy({
    volume,
    files: [{ ...permissions, path: key }],
    target,
    file: key,
    digests,
    helperImage,
    isSecret: kind === "Secret",
  })];
}

/** What is no file compose copies into the container, where root and its owner can write to it. */
function noteCopied(
  { context, writable }: ConversionState,
  subject: DecidedService,
  { target, permissions, definition, path }: {
    readonly target: string;
    readonly permissions: Permissions;
    readonly definition: FileObject;
    readonly path: Path;
  },
): void {
  const span = context.project.span(path);
  if (definition.file !== undefined || definition.external === true || span === undefined) return;
  const uid = startingUid(context, subject) ?? 0;
  const isOwner = uid === (permissions.uid ?? 0) && (permissions.mode & 0o200) !== 0;
  if (uid === 0 || isOwner) writable.push({ service: subject.service.name, target, span });
}

/** Compose mounts a file as it is on disk, whatever the reference says, and makes all else by the reference. */
function permissionsOf(
  { context }: ConversionState,
  reference: FileReference,
  { file }: FileObject,
  path: Path,
): Permissions {
  const number = (text: string | number | undefined): number | undefined =>
    text !== undefined && /^\d+$/.test(String(text)) ? Number(text) : undefined;
  const [uid, gid, mode] = [number(reference.uid), number(reference.gid), fileMode(reference.mode)];
  const seen = file === undefined ? undefined : context.bindSources.get(file);
  if (seen?.kind === "file") {
    if (uid !== undefined || gid !== undefined || mode !== undefined) reportIgnored(context, reference, path);
    return seen;
  }
  return { mode: mode ?? 0o444, uid: uid ?? 0, gid: gid ?? 0 };
}

function missing(
  context: Context,
  section: "configs" | "secrets",
  { source }: FileReference,
  path: Path,
): [] {
  context.report({
    code: "kube-file-object-missing",
    severity: "error",
    message: `The content of ${section === "secrets" ? "secret" : "config"} "${source}" cannot be read`,
    ...at(context.project, path),
    hint: "Put its file there, or remove the reference",
  });
  return [];
}

function askForExternal(
  context: Context,
  { kind, name, key }: {
    readonly kind: "Secret" | "ConfigMap";
    readonly name: string;
    readonly key: string;
  },
  path: Path,
): void {
  const create = kind === "Secret" ? "secret generic" : "configmap";
  context.report({
    code: "kube-external-file-object",
    severity: "question",
    message: `${kind} "${name}" is external: it must be in the namespace beforehand`,
    ...at(context.project, path),
    hint: `Create it: kubectl -n ${shellWord(context.namespace)} create ${create} ${subdomain(name)} ${
      shellWord(`--from-file=${key}=FILE`)
    }`,
  });
}

function isSecret(state: ConversionState, definition: FileObject, content: Uint8Array): boolean {
  return state.secrets.ofFile(definition.file ?? "", content) !== undefined;
}

function reportIgnored(context: Context, { source }: FileReference, path: Path): void {
  context.report({
    code: "kube-file-owner",
    severity: "info",
    message:
      `"uid", "gid" and "mode" of "${source}" count for nothing, as in compose: it is a file, mounted as it is on disk`,
    ...at(context.project, path),
    hint: "Give the file on disk the owner and mode that its reader needs",
  });
}
