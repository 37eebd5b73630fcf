/** Base64 (RFC 4648 section 4), as Kubernetes and HTTP want it. */

/** Bytes, or a text's UTF-8, padded and on one line; of any length. */
export function encodeBase64(data: Uint8Array | string): string {
  return (typeof data === "string" ? new TextEncoder().encode(data) : data).toBase64();
}

/**
 * The bytes; blanks and a missing padding are forgiven, as `atob` forgives them.
 * @throws DOMException where it is no base64
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** The same as a text of UTF-8. @throws DOMException where it is no base64 */
export function decodeBase64Text(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(decodeBase64(text));
}
