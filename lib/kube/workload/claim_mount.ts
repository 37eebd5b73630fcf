/** A mount of a claim, with what is done to its directory before the program starts. */
import type { Mount } from "../../../compose/project.ts";
import type { StorageDecision } from "../../decisions/decisions.ts";
import { label } from "../../stack/names.ts";
import { unexpanded } from "../unexpanded.ts";
import { type Mounted, volumeName } from "./mounted.ts";
import { reportOwner } from "./owners.ts";
import { type Json, optional } from "../../values/json.ts";
import type { ConversionState, DecidedService } from "./conversion_state.ts";
import { propagation } from "./propagation.ts";

/** A claim, and how it is mounted. */
export interface ClaimMount {
  readonly claim: string;
  readonly mount: Mount;
  readonly subPath?: string | undefined;
  readonly decision: StorageDecision | undefined;
  readonly helperImage: string;
  /** It takes content, owner and mode from the image where it is empty. */
  readonly isFilled?: boolean;
}

/** The volume of a claim at its place in the container; where an owner is decided, it is given to that one first. */
export function claimMount(
  state: ConversionState,
  subject: DecidedService,
  { claim, mount, subPath, decision, helperImage, isFilled = false }: ClaimMount,
): Mounted {
  if (!isFilled) reportOwner(state.context, subject, mount, decision);
  const name = volumeName("data", claim);
  const target: Json & { name: string; mountPath: string } = {
    name,
    mountPath: mount.target,
    ...optional("subPath", subPath),
    ...(mount.read_only === true ? { readOnly: true } : {}),
    ...propagation(state, subject, mount, decision),
  };
  return {
    volume: { name, persistentVolumeClaim: { claimName: claim } },
    mount: target,
    digests: [],
    ...(isFilled ? { isFilled } : {}),
    ...(decision?.owner === undefined ? {} : { init: chown(target, decision.owner, helperImage) }),
  };
}

/** Gives a directory to the user that the program runs as, once, before it starts. */
function chown(
  target: Json & { name: string; mountPath: string },
  owner: string,
  helperImage: string,
): NonNullable<Mounted["init"]> {
  const { readOnly: _, ...writable } = target;
  return {
    name: label(`own-${target.mountPath}`),
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["chown", "-R", owner, target.mountPath].map(unexpanded),
    securityContext: { runAsUser: 0 },
    volumeMounts: [{ ...writable, name: target.name }],
  };
}
