/** What lies on disk behind the project's bind mounts, as far as a conversion needs to know it. */

/** Whose a file or folder is and what it allows; the owner is absent where the system has none. */
export interface Permissions {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A regular file. */
export interface SeenFile extends Permissions {
  readonly size: number;
  readonly content?: Uint8Array;
}

/** Seen on disk at a bind mount's source. Contents are read only where they are small enough for an object. */
export type BindSource =
  | { readonly kind: "missing" }
  | { readonly kind: "file" } & SeenFile
  | {
    readonly kind: "directory";
    /** Relative paths to the regular files below; complete only if `complete`. */
    readonly files: ReadonlyMap<string, SeenFile>;
    /** Its own. */
    readonly permissions?: Permissions;
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

/** Named volumes that can be read here, by key: the directory of this machine, and what lies in it. */
export type VolumeSources = ReadonlyMap<string, { readonly directory: string; readonly source: BindSource }>;
