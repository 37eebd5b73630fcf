/** SHA-256 (FIPS 180-4) of what is no secret. */
import { createHash } from "node:crypto";

/** The digest of bytes, or of a text's UTF-8, in 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
