/** Keys for ssh, without its programs. */
import { Buffer } from "node:buffer";

/** A pair of keys: the private one in PEM, the public one as a line of `authorized_keys`. */
export interface SshKey {
  readonly private: string;
  readonly public: string;
}

/** Makes a new RSA key. */
export async function makeSshKey(): Promise<SshKey> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const pem = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  const { e = "", n = "" } = await crypto.subtle.exportKey("jwk", publicKey);
  const lines = pem.match(/.{1,64}/g) ?? [];
  return {
    private: ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n"),
    public: `ssh-rsa ${wire(e, n)} test`,
  };
}

/** The blob of RFC 4253, section 6.6: the name of the algorithm, the exponent, the modulus, each after its length. */
function wire(exponent: string, modulus: string): string {
  const numbers = [exponent, modulus].map((text) => positive(Buffer.from(text, "base64url")));
  const parts = [Buffer.from("ssh-rsa"), ...numbers].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, part]);
  });
  return Buffer.concat(parts).toString("base64");
}

/** A number whose first bit is set would be read as negative (RFC 4251, section 5). */
function positive(number: Buffer): Buffer {
  return (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
}
