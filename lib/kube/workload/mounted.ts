/** One mount of a container, and the name of its volume. */
import { label } from "../../stack/names.ts";
import type { Json } from "../../values/json.ts";

/** One mount with the volume that it needs, before volumes are told apart by name. */
export interface Mounted {
  readonly volume: Json & { name: string };
  readonly mount: Json & { name: string; mountPath: string };
  /** Digests of mounted configuration that needs a rollout when it changes. */
  readonly digests: readonly string[];
  /** Volumes that only the init container mounts. */
  readonly extraVolumes?: readonly (Json & { name: string })[];
  /** Its volume takes what the image has at its place, where it is empty. */
  readonly isFilled?: boolean;
  /** What its directory in memory is given before the program starts. */
  readonly permissions?: {
    readonly mode: string;
    readonly owner?: string;
    /** Neither compose nor the usual images say the mode: what would say it in the compose file. */
    readonly saidBy?: string;
  };
  readonly init?: Json & { name: string; volumeMounts: readonly (Json & { name: string })[] };
}

/** A volume's name: what it is and what it holds, a DNS label. */
export function volumeName(kind: string, text: string): string {
  const name = label(text);
  return name.startsWith(`${kind}-`) ? name : label(`${kind}-${name}`);
}
