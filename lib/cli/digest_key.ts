/** The target's digest key as the text that the conversion takes. */

/** Hexadecimal; empty where the target has no key yet. */
export function keyText(key: Uint8Array | undefined): string {
  return key?.toHex() ?? "";
}
