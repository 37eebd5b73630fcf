/** Reads files that people name: regular ones of a bounded size, so that nothing blocks and nothing never ends. */

/** Bytes above which a text is refused. */
const MOST_TEXT_BYTES = 64 * 1024 * 1024;

/** Below these nothing is a file that somebody wrote: reading there may have effects, or never end. */
const KERNEL = ["/proc/", "/sys/"];
/** Named where there is to be no file. */
const NOTHING = "/dev/null";

/**
 * The content of a file, links followed.
 * @throws Deno.errors.NotFound where there is none, and an Error whose message completes `Cannot read "x": `
 */
export async function readRegular(path: string, most = MOST_TEXT_BYTES): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const realPath = await Deno.realPath(path);
    if (realPath === NOTHING) return new Uint8Array();
    refuse(await Deno.stat(path), most);
    refuseKernel(realPath);
    using file = await Deno.open(path, { read: true });
    const parts = new Parts(most);
    while (parts.add(await file.read(parts.room()))) { /* until its end */ }
    return parts.whole();
  } catch (error) {
    throw told(error);
  }
}

/** The same as text, a byte order mark left out and wrong bytes replaced. */
export async function readRegularText(path: string, most?: number): Promise<string> {
  return new TextDecoder().decode(await readRegular(path, most));
}

/** The same where nothing may wait, as for a kubeconfig. */
export function readRegularTextSync(path: string, most = MOST_TEXT_BYTES): string {
  try {
    const realPath = Deno.realPathSync(path);
    if (realPath === NOTHING) return "";
    refuse(Deno.statSync(path), most);
    refuseKernel(realPath);
    using file = Deno.openSync(path, { read: true });
    const parts = new Parts(most);
    while (parts.add(file.readSync(parts.room()))) { /* until its end */ }
    return new TextDecoder().decode(parts.whole());
  } catch (error) {
    throw told(error);
  }
}

/** @throws Error whose message completes `Cannot read "x": `, where it is no regular file of at most so many bytes */
export function refuse(info: Deno.FileInfo, most = MOST_TEXT_BYTES): void {
  if (info.isDirectory) throw new Error("it is a directory");
  if (!info.isFile) {
    throw new Error(`it is ${info.isFifo ? "a FIFO" : info.isSocket ? "a socket" : "a device"}, no file`);
  }
  if (info.size > most) throw tooLarge(info.size, most);
}

/** Whether a folder lies there, links followed. @throws as {@link readRegular} does */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    throw told(error);
  }
}

/** Whether what lies there is made by the kernel as it is read. */
export async function isKernel(path: string): Promise<boolean> {
  return startsInKernel(await Deno.realPath(path));
}

function startsInKernel(realPath: string): boolean {
  return KERNEL.some((folder) => realPath.startsWith(folder));
}

function refuseKernel(realPath: string): void {
  if (startsInKernel(realPath)) {
    throw new Error("it is a virtual file of the kernel");
  }
}

function tooLarge(size: number, most: number): Error {
  return new Error(`its ${size} bytes are more than the limit of ${most}`);
}

/** In words where Deno's own would be the system's; what is not there stays of its class. */
function told(error: unknown): unknown {
  for (const absent of [Deno.errors.NotFound, Deno.errors.NotADirectory]) {
    if (error instanceof absent) return new absent("there is no such file");
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new Error("permission denied");
  }
  if (error instanceof Error && /os error 40\b/.test(error.message)) {
    return new Error("its link leads round in a circle");
  }
  return error;
}

/** What was read so far; a file that grows while it is read ends at the limit. */
class Parts {
  readonly #most: number;
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Where the next bytes go. */
  room(): Uint8Array {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#length);
  }

  /** Takes what was read; whether there may be more. */
  add(read: number | null): boolean {
    if (read === null) return false;
    this.#length += read;
    if (this.#length > this.#most) throw tooLarge(this.#length, this.#most);
    return true;
  }

  whole(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
