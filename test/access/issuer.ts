/** A real OpenID Connect issuer on loopback: discovery, keys, and tokens signed as asked for. */
import type { Certificates } from "./certificates.ts";

export interface Issuer extends AsyncDisposable {
  readonly url: string;
  /** A signed token; `claims` are laid over good ones, `header` over a good one. */
  token(claims: Readonly<Record<string, unknown>>, options?: TokenOptions): Promise<string>;
}

export interface TokenOptions {
  /** Signed by a key that the issuer does not publish. */
  readonly foreignKey?: boolean;
}

const ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};

/** Starts the issuer for the audience `kubernetes`. */
export async function startIssuer(certificates: Certificates): Promise<Issuer> {
  const own = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const foreign = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const { n, e } = await crypto.subtle.exportKey("jwk", own.publicKey);
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: certificates.certificate,
    key: certificates.key,
    onListen: () => undefined,
  }, (request) => {
    const base = `https://127.0.0.1:${server.addr.port}`;
    switch (new URL(request.url).pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer: base,
          jwks_uri: `${base}/keys`,
          authorization_endpoint: `${base}/authorize`,
          token_endpoint: `${base}/token`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
        });
      case "/keys":
        return Response.json({ keys: [{ kty: "RSA", use: "sig", alg: "RS256", kid: "own", n, e }] });
      default:
        return new Response("", { status: 404 });
    }
  });
  const url = `https://127.0.0.1:${server.addr.port}`;
  return {
    url,
    token: async (claims, { foreignKey = false } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const good = { iss: url, aud: "kubernetes", sub: "42", iat: now - 5, exp: now + 600 };
      const text = `${part({ alg: "RS256", kid: "own", typ: "JWT" })}.${part({ ...good, ...claims })}`;
      const key = foreignKey ? foreign.privateKey : own.privateKey;
      const signature = await crypto.subtle.sign(ALGORITHM.name, key, new TextEncoder().encode(text));
      return `${text}.${encoded(new Uint8Array(signature))}`;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function part(value: unknown): string {
  return encoded(new TextEncoder().encode(JSON.stringify(value)));
}

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
