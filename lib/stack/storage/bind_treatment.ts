/** What a bind mount can become. */
import type { BindSource } from "../../../compose/bind_source.ts";

/** What becomes of a bind mount's source. */
export type BindTreatment =
  | { readonly kind: "configuration"; readonly source: BindSource }
  /** A directory on a PersistentVolume, or one that is to be made; `subPath` where the mount is a single file in it. */
  | {
    readonly kind: "data";
    readonly directory: string;
    readonly subPath?: string;
    readonly isMissing: boolean;
  }
  | { readonly kind: "empty" }
  | { readonly kind: "hostPath"; readonly path: string; readonly readOnly: boolean }
  | { readonly kind: "skip" };
