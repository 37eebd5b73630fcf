/** Unpacks a chart's `.tgz` in memory. */

/** Of what a chart holds only texts count; the longest of them that is looked at, in bytes. */
const LONGEST = 8 * 1024 * 1024;
/** Of all that an archive unpacks to, in bytes. */
const MOST = 128 * 1024 * 1024;
const BLOCK = 512;

/** Plain files by their path in the archive. @throws Error where the bytes are no gzip or no tar. */
export async function unpackArchive(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const tar = await bounded(stream);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (text(header, 257, 5) !== "ustar") throw new Error("it is no tar archive");
    const size = parseInt(text(header, 124, 12).trim() || "0", 8);
    if (!(size >= 0) || at + BLOCK + size > tar.length) throw new Error("the archive is cut off");
    const content = tar.slice(at + BLOCK, at + BLOCK + size);
    const type = text(header, 156, 1);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "x" || type === "L") {
      longName = type === "L" ? text(content, 0, size) : extendedName(content) ?? longName;
      continue;
    }
    const prefix = text(header, 345, 155);
    const name = longName ?? (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
    longName = undefined;
    if ((type === "0" || type === "") && size <= LONGEST) files.set(name.replace(/^\.\//, ""), content);
  }
  return files;
}

/** What a small archive can unpack to has no end of its own. @throws Error where it is more than any chart's */
async function bounded(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    parts.push(part);
    length += part.length;
    if (length > MOST) throw new Error(`it unpacks to more than ${MOST} bytes`);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `path` of a pax header, whose lines are `LENGTH KEY=VALUE`. */
function extendedName(content: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=(.*)\n/.exec(new TextDecoder().decode(content))?.[1];
}

/** To the first zero byte. */
function text(bytes: Uint8Array, from: number, length: number): string {
  const part = bytes.subarray(from, from + length);
  const end = part.indexOf(0);
  return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end));
}
