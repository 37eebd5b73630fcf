/** Directories that end with their pod: in memory, or empty. */
import { type Mounted, volumeName } from "./mounted.ts";
import { byteQuantity, bytes } from "./units.ts";

/** An empty directory of the pod, gone with it. */
export function emptyDirectory(target: string): Mounted {
  const name = volumeName("empty", target);
  return { volume: { name, emptyDir: {} }, mount: { name, mountPath: target }, digests: [] };
}

/** An entry of `tmpfs`: `/run:size=64m,mode=1777`. */
export function temporary(text: string): Mounted {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const size = colon < 0 ? undefined : /(?:^|,)size=([^,]+)/.exec(text.slice(colon + 1))?.[1];
  return memory(target, size);
}

/** `shm_size`. */
export function sharedMemory(size: string | undefined): Mounted[] {
  return size === undefined ? [] : [memory("/dev/shm", size)];
}

/** A directory in memory; `size` as compose writes it. */
export function memory(target: string, size: string | undefined): Mounted {
  const name = volumeName("tmpfs", target);
  const limit = bytes(size);
  return {
    volume: {
      name,
      emptyDir: { medium: "Memory", ...(limit === undefined ? {} : { sizeLimit: byteQuantity(limit) }) },
    },
    mount: { name, mountPath: target },
    digests: [],
  };
}
