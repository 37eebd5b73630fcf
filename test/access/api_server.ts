/** A real kube-apiserver of the test with an authentication configuration of its own. */
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { background, ended, freePort, until } from "../jobs/server.ts";
import type { Certificates } from "./certificates.ts";

/** An answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  readonly kubectl: string;
  /** One request with a token; `body` is sent as JSON, or by server-side apply where the method is PATCH. */
  request(token: string, method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
}

/** The token of a member of system:masters. */
export const ADMIN_TOKEN = "administrator-of-the-test";

/** Starts etcd and the API server in `directory`, which holds the certificates and may hold an earlier state. */
export async function startApiServer(
  directory: string,
  certificates: Certificates,
  authentication: string,
): Promise<ApiServer> {
  const line = (text: string): void => void Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  const programs = await buildTools(["etcd", "kube-apiserver", "kubectl"], line);
  const [port, client, peer] = [freePort(), freePort(), freePort()];
  await Deno.writeTextFile(`${directory}/authentication.yaml`, authentication);
  await Deno.writeTextFile(`${directory}/tokens`, `${ADMIN_TOKEN},admin,admin,"system:masters"\n`);
  const stopEtcd = background(programs.etcd, [
    `--data-dir=${directory}/etcd`,
    "--unsafe-no-fsync",
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  ], `${directory}/etcd.log`);
  const log = `${directory}/apiserver.log`;
  const stopServer = background(programs["kube-apiserver"], [
    `--etcd-servers=http://127.0.0.1:${client}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--advertise-address=192.0.2.1",
    "--endpoint-reconciler-type=none",
    "--kubelet-preferred-address-types=InternalIP",
    `--cert-dir=${directory}`,
    `--tls-cert-file=${directory}/server.pem`,
    `--tls-private-key-file=${directory}/server.key`,
    `--service-account-key-file=${directory}/server.key`,
    `--service-account-signing-key-file=${directory}/server.key`,
    "--service-account-issuer=https://cluster.test",
    "--service-cluster-ip-range=10.43.0.0/16",
    "--authorization-mode=RBAC",
    // As k3s has it.
    "--allow-privileged=true",
    "--disable-admission-plugins=ServiceAccount",
    `--token-auth-file=${directory}/tokens`,
    `--authentication-config=${directory}/authentication.yaml`,
  ], log);
  const http = Deno.createHttpClient({ caCerts: [certificates.authority] });
  const url = `https://127.0.0.1:${port}`;
  const request: ApiServer["request"] = async (token, method, path, body, contentType) => {
    const response = await fetch(`${url}${path}`, {
      method,
      client: http,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : {
          "content-type": contentType ??
            (method === "PATCH" ? "application/apply-patch+yaml" : "application/json"),
        }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
  await until(async () => {
    const { status } = await request(ADMIN_TOKEN, "GET", "/readyz");
    if (status !== 200) throw new Error(`status ${status}`);
  }, log);
  const stop = async (): Promise<void> => {
    http.close();
    await stopServer();
    await stopEtcd();
  };
  return { url, kubectl: programs.kubectl, request, [Symbol.asyncDispose]: () => ended(stop, directory) };
}
