/** Base64 as Kubernetes wants binary data. */
import { Buffer } from "node:buffer";

/** Bytes as the `data` of a Secret or the `binaryData` of a ConfigMap: RFC 4648 section 4, padded, on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
