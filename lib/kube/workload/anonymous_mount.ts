/** Volumes that nobody named are data, too: each is kept in a directory of its own. */
import type { Mount, Path, Service } from "../../../compose/project.ts";
import { yamlText } from "../../diagnostics/yaml_word.ts";
import { at, type Context, imageOf } from "../../stack/context.ts";
import { kindOf } from "../../stack/kind.ts";
import {
  anonymousDecision,
  anonymousKey,
  anonymousName,
  type AnonymousPlace,
  anonymousPlace,
  imageVolumes,
} from "../../stack/anonymous_volumes.ts";
import { replicasOf } from "../../stack/replicas.ts";
import { isCreated } from "../../stack/storage/places.ts";
import { claimMount } from "./claim_mount.ts";
import { isFilled } from "./filled.ts";
import type { Mounted } from "./mounted.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { emptyDirectory } from "./temporary.ts";

/** The mounts of the volumes that the image declares and compose mounts nothing on. */
export function imageVolumeMounts(
  state: ConversionState,
  subject: DecidedService,
  helperImage: string,
): Mounted[] {
  const { name, image } = subject.service;
  const path = ["services", name, ...(image === undefined ? [] : ["image"])];
  return imageVolumes(state.context, subject.service).flatMap((target) =>
    anonymousMount(state, subject, { type: "volume", target }, path, helperImage)
  );
}

/**
 * The directory that the container has, where an engine told it, else one of the node like that of a named volume.
 * Where there are several pods Docker gives each its own, which only an empty directory is.
 */
export function anonymousMount(
  state: ConversionState,
  subject: DecidedService,
  mount: Mount,
  path: Path,
  helperImage: string,
): Mounted[] {
  const { context, claims } = state;
  const { service } = subject;
  const { target } = mount;
  const decision = anonymousDecision(context, service.name, target);
  if (decision?.kind === "skip") return [];
  if (decision?.kind === "empty") return [emptyDirectory(target)];
  if (isMany(context, subject)) {
    reportMany(context, service, target, path);
    return [emptyDirectory(target)];
  }
  const place = anonymousPlace(context, service.name, target);
  report(context, service, target, place, path);
  const own = anonymousName(context, service.name, target);
  const role = {
    kind: "directory",
    path: place.path,
    // A new one is on nobody's disk that could be missing, whatever is decided for directories with data.
    create: place.origin === "new"
      ? decision?.create ?? true
      : isCreated(context.decisions, decision, place.origin !== "seen"),
    readOnly: false,
  } as const;
  return [
    claimMount(state, subject, {
      claim: claims.anonymous(own, role, service.name, decision, context.project.span(path)),
      mount: { ...mount, source: own },
      decision,
      helperImage,
      isFilled: isFilled(state, subject, mount, path),
    }),
  ];
}

function isMany(context: Context, { service }: DecidedService): boolean {
  return replicasOf(context.decisions, service) > 1 || kindOf(context, service) === "DaemonSet";
}

function reportMany(context: Context, service: Service, target: string, path: Path): void {
  context.report({
    code: "kube-anonymous-volume",
    severity: "warning",
    message:
      `Anonymous volume "${target}" of service "${service.name}" is an empty directory in each of its pods, ` +
      "and gone with the pod: Docker gives each container its own",
    ...at(context.project, path),
    hint: "To keep it, give the volume a name in the compose file, which all of them share",
  });
}

function report(
  context: Context,
  service: Service,
  target: string,
  { path: directory, origin }: AnonymousPlace,
  path: Path,
): void {
  if (origin === "decided") return;
  const isOfImage = service.volumes?.some((mount) => mount.target === target) !== true;
  const what = `Anonymous volume "${target}" of service "${service.name}"` +
    (isOfImage ? `, which image "${imageOf(context.decisions, service) ?? ""}" declares,` : "");
  const key = anonymousKey(service.name, target);
  const isSeen = origin === "seen";
  context.report({
    code: "kube-anonymous-volume",
    severity: isSeen || isOfImage ? "info" : "warning",
    message: isSeen
      ? `${what} stays where its container has it, in "${directory}"`
      : `${what} is a directory of the node, "${directory}": no engine tells where a container has its own`,
    ...at(context.project, path),
    hint: isSeen
      ? `Somewhere else: storage: { ${yamlText(key)}: { path: /DIRECTORY } }; not kept: kind: empty`
      : `The container's own: storage: { ${
        yamlText(key)
      }: { path: /DIRECTORY } }, see docker inspect -f '{{json .Mounts}}' CONTAINER; not kept: kind: empty`,
  });
}
