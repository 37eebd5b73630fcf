/** One text file as the tar archive that an engine takes (Engine API, "PutContainerArchive"; POSIX.1-1988 ustar). */

const BLOCK = 512;
const CHECKSUM_AT = 148;

/** @param name below the folder that it is unpacked into, at most 100 bytes of ASCII */
export function archiveOf(name: string, content: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(content);
  const archive = new Uint8Array(BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK + 2 * BLOCK);
  const write = (at: number, text: string): void => archive.set(new TextEncoder().encode(text), at);
  write(0, name);
  write(100, "0000644\0");
  for (const at of [108, 116]) write(at, "0000000\0");
  write(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
  write(136, "00000000000\0");
  // The sum is taken with spaces in its own place.
  write(CHECKSUM_AT, "        ");
  write(156, "0ustar\x0000");
  const sum = archive.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  write(CHECKSUM_AT, `${sum.toString(8).padStart(6, "0")}\0 `);
  archive.set(bytes, BLOCK);
  return archive;
}
