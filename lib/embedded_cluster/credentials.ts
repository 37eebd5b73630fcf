/** The cluster's own secrets: tokens, the service accounts' signing key, and the kubeconfig files that carry them. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClusterLayout } from "./layout.ts";
import { encodeBase64 } from "../values/base64.ts";
import { exists } from "../files/exists.ts";

/** Who talks to the API server. Each has its own token, so that the audit log tells them apart. */
export const USERS = ["admin", "controller-manager", "scheduler", "kwok"] as const;
export type ClusterUser = typeof USERS[number];

const PRIVATE_FILE = { mode: 0o600 } as const;

/** Makes what is missing; what is there is kept, as running clients know it. */
export async function ensureCredentials(layout: ClusterLayout): Promise<void> {
  if (!await exists(layout.tokens)) {
    const rows = USERS.map((user) => `${randomBytes(24).toString("hex")},${user},${user},"system:masters"\n`);
    await writePrivately(layout.tokens, rows.join(""));
  }
  if (!await exists(layout.serviceAccountKey)) {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    await writePrivately(layout.serviceAccountKey, privateKey);
  }
}

/** The token of a user. @throws when the token file does not have it. */
export async function readToken(layout: ClusterLayout, user: ClusterUser): Promise<string> {
  for (const row of (await Deno.readTextFile(layout.tokens)).split("\n")) {
    const [token, name] = row.split(",");
    if (token !== undefined && name === user) return token;
  }
  throw new Error(`Cannot find the token of "${user}" in "${layout.tokens}"`);
}

/** The certificates to trust: the API server's own, with the authority that it made for itself at its first start. */
export async function readAuthority(layout: ClusterLayout): Promise<string> {
  return await Deno.readTextFile(join(layout.certificates, "apiserver.crt"));
}

/** The kubeconfig file of a user; the administrator's is the one that is shown. */
export function kubeconfigPath(layout: ClusterLayout, user: ClusterUser): string {
  return user === "admin" ? layout.kubeconfig : `${layout.kubeconfig}-${user}`;
}

/** Writes the kubeconfig files of all users for the server that is listening now. */
export async function writeKubeconfigs(layout: ClusterLayout, server: string): Promise<void> {
  const authority = encodeBase64(await readAuthority(layout));
  for (const user of USERS) {
    const token = await readToken(layout, user);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "embedded",
      clusters: [{ name: "embedded", cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: "embedded", context: { cluster: "embedded", user } }],
    };
    await writePrivately(kubeconfigPath(layout, user), stringify(config));
  }
}

/** Complete or not at all: readers never see half a file. */
async function writePrivately(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await Deno.writeTextFile(unfinished, text, PRIVATE_FILE);
  await Deno.rename(unfinished, path);
}
