/** Text of which the very same bytes can be made again, whatever encoding it has. */

/** A text and how its characters became bytes. */
export interface ExactText {
  readonly text: string;
  /** `latin1` where the bytes are no UTF-8: every byte is one character then. */
  readonly encoding: "utf-8" | "latin1";
}

/** Reads bytes as UTF-8, a byte order mark kept, else byte by byte. */
export function exactText(bytes: Uint8Array): ExactText {
  try {
    return {
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
      encoding: "utf-8",
    };
  } catch {
    return { text: Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""), encoding: "latin1" };
  }
}

/** The bytes of a text. */
export function exactBytes({ text, encoding }: ExactText): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
