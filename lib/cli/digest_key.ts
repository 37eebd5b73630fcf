/** The target's digest key as the text that the conversion takes. */

/** Hexadecimal; empty where the target has no key yet. */
export function keyText(key: Uint8Array | undefined): string {
  return key === undefined ? "" : Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
