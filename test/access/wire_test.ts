/** Which way requests take, and who may vouch for the server: asked of real TLS servers by processes of their own. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { recordingProxy } from "../cluster_client/recording_proxy.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";

const CHILD = fileURLToPath(new URL("wire_child.ts", import.meta.url));

/** An address for documentation (RFC 5737): nobody answers. */
const FAR = "192.0.2.1:6443";

interface Seen {
  readonly answer: string;
  readonly trustsOthers: boolean;
  readonly left: readonly string[];
}

async function ask(kubeconfig: string, env: Readonly<Record<string, string>>): Promise<Seen> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, kubeconfig],
    // Deno asks for a newer one of itself now and then.
    env: { ...env, DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const text = new TextDecoder();
  equal(text.decode(stderr), "");
  return JSON.parse(text.decode(stdout));
}

/** Two authorities, and a server of each that answers every question. */
async function withServers(
  work: (folder: string, own: Server, other: Server) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wire-" });
  const servers = await Promise.all(["own", "other"].map((name) => serve(join(folder, name))));
  try {
    const [own, other] = servers;
    if (own !== undefined && other !== undefined) await work(folder, own, other);
  } finally {
    for (const { server } of servers) await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

interface Server {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly url: string;
  readonly certificates: Certificates;
}

async function serve(folder: string): Promise<Server> {
  await Deno.mkdir(folder);
  const certificates = await makeCertificates(folder);
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      cert: certificates.certificate,
      key: certificates.key,
      onListen: () => undefined,
    },
    () => Response.json({ kind: "Namespace", apiVersion: "v1", metadata: { name: "faf" } }),
  );
  return { server, url: `https://127.0.0.1:${server.addr.port}`, certificates };
}

async function kubeconfig(folder: string, server: string, authority: string): Promise<string> {
  const file = join(folder, "config");
  await Deno.writeTextFile(
    file,
    stringify({
      "current-context": "main",
      clusters: [{ name: "c", cluster: { server, "certificate-authority-data": btoa(authority) } }],
      users: [{ name: "u", user: { token: "x" } }],
      contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
    }),
  );
  return file;
}

Deno.test("a server on this machine is asked directly, whatever proxy the environment names; others by the proxy", async () => {
  await withServers(async (folder, { url, certificates }) => {
    using proxy = recordingProxy();
    for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
      for (const server of [url, url.replace("127.0.0.1", "localhost")]) {
        const file = await kubeconfig(folder, server, certificates.authority);
        const { answer, left } = await ask(file, { [name]: proxy.url });
        deepEqual([answer, left], ["answered", []], `${name} ${server}`);
      }
      const seen = proxy.seen().filter((line) => !line.includes(FAR));
      deepEqual({ name, seen }, { name, seen: [] });
      const far = await kubeconfig(folder, `https://${FAR}`, certificates.authority);
      match((await ask(far, { [name]: proxy.url })).answer, /^refused/);
      ok(proxy.seen()[0]?.startsWith(`CONNECT ${FAR} `), name);
    }
  });
});

Deno.test("nobody vouches for the server but the kubeconfig's authority", async () => {
  await withServers(async (folder, own, other) => {
    const trusted = join(folder, "other", "ca.pem");
    for (const env of [{ DENO_CERT: trusted }, { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: trusted }]) {
      const right = await kubeconfig(folder, own.url, own.certificates.authority);
      const left = Object.keys(env).filter((name) => name.startsWith("DENO"));
      deepEqual(await ask(right, env), { answer: "answered", trustsOthers: false, left });
      const wrong = await kubeconfig(folder, other.url, own.certificates.authority);
      match((await ask(wrong, env)).answer, /^refused: .*certificate/, JSON.stringify(env));
    }
  });
});
