/** What lies on disk behind the project's bind mounts, as far as a conversion needs to know it. */

/** Seen on disk at a bind mount's source. Contents are read only where they are small enough for an object. */
export type BindSource =
  | { readonly kind: "missing" }
  | { readonly kind: "file"; readonly size: number; readonly mode: number; readonly content?: Uint8Array }
  | {
    readonly kind: "directory";
    /** Relative paths to the regular files below; complete only if `complete`. */
    readonly files: ReadonlyMap<string, { size: number; mode: number; content?: Uint8Array }>;
    /** False where the walk stopped early: too many or too large files, so this is data. */
    readonly complete: boolean;
    /** Why it is not `complete`: the first thing in the way, as the end of a sentence that begins with "as". */
    readonly obstacle?: string;
    /** Bytes counted, at least where not `complete`. */
    readonly size: number;
  }
  | { readonly kind: "socket" | "device" | "fifo" | "unreadable"; readonly reason?: string };

/** By absolute path, as `Mount.source` has it. */
export type BindSources = ReadonlyMap<string, BindSource>;
