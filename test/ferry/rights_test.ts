/** Programs that refuse files by their owner or mode, devices, and the access log of Traefik: in real pods. */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { buildTools } from "../../lib/embedded_cluster/build.ts";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { makeCertificate } from "../traefik/certificate.ts";
import { type Crossing, prepareCrossing } from "./crossing.ts";
import { debianRoot } from "./debian.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { rightsImages } from "./rights_images.ts";
import { FILLING, WAITING } from "./images.ts";
import { SERVER_PACKAGES } from "./servers.ts";
import { makeSshKey } from "./ssh_key.ts";

/** Of the DNS provider. */
const TOKEN = "a token of the harbour's provider";

const why = await whyNoRealNode();

Deno.test({
  name: `files keep who may read them, and a device is opened, on a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    const base = await debianRoot(SERVER_PACKAGES, cacheDirectory(Deno.env.toObject()), reportToStderr);
    const { traefik } = await buildTools(["traefik"], reportToStderr);
    const archives = await Deno.makeTempDir({ prefix: "rights-" });
    const images = await rightsImages(base, traefik, archives);
    await using node = await startNode([...images, WAITING, FILLING], reportToStderr);
    await Deno.remove(archives, { recursive: true });
    const crossing = await prepareCrossing(node, "rights", {});
    await writeKeys(join(crossing.stack, "keys"), await userOf("postgres", base));
    const moved = await crossing.migrate();
    equal(moved.code, 0, moved.stdout + moved.stderr);
    const { inside } = crossing;

    await t.step("sshd takes its host key of 0600, and ssh its identity", async () => {
      const ssh = "ssh -p 2222 -i /root/.ssh/identity -o BatchMode=yes -o StrictHostKeyChecking=accept-new";
      await crossing.until(
        "hello from sshd",
        () => inside("deploy/client", `${ssh} sshd "echo hello from sshd"`),
      );
      equal(await inside("deploy/sshd", "stat -c %a:%u /etc/ssh/host_key"), "600:0");
    });
    await t.step("PostgreSQL takes its own key of 0600 and speaks TLS with it", async () => {
      const ask = `psql "postgres://captain:spyglass@postgres/captain?sslmode=require" -Atc ` +
        `"SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"`;
      await crossing.until("t", () => inside("deploy/client", ask.replace("/captain?", "/postgres?")));
    });
    await t.step("a process opens the tunnel's device without being privileged", async () => {
      equal(await inside("deploy/tunnel", "exec 3<>/dev/net/tun && echo opened"), "opened");
      equal(await crossing.field("deployment/tunnel", "..privileged"), "");
    });
    await t.step(
      "the access log is written on the node, by a user who is not root, for who reads it",
      async () => {
        await startChartsTraefik(crossing);
        // Before its routes are read Traefik answers, and logs nothing.
        const ask = "wget -qO /dev/null http://traefik.kube-system:8000/lighthouse; " +
          'grep -o "GET /lighthouse" /logs/access.log | head -n 1';
        await crossing.until("GET /lighthouse", () => inside("deploy/reader", ask));
        const { uid } = await Deno.stat(join(crossing.stack, "logs/access.log"));
        equal(uid, 65532);
      },
    );
    await t.step(
      "the file that a variable of Traefik's names is in its pod, and readable there",
      async () => {
        const read = 'cat "$CF_DNS_API_TOKEN_FILE"';
        equal(await node.kubectl("-n", "kube-system", "exec", "traefik", "--", "sh", "-c", read), TOKEN);
      },
    );
    await t.step("a process reads from a device of a service that was decided to be privileged", async () => {
      match(await inside("deploy/kernel", "head -n 1 /dev/kmsg"), /^\d+,\d+,\d+,/);
    });
  },
});

/** What the chart makes of the values that the move gives it, as far as they are about files: k3s's chart is not at hand. */
async function startChartsTraefik({ node }: Crossing): Promise<void> {
  const config = await node.kubectl("-n", "kube-system", "get", "helmchartconfig", "traefik", "-o", "json");
  const values = parse(JSON.parse(config).spec.valuesContent) as ChartValues;
  const labels = { app: "traefik" };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "traefik", namespace: "kube-system", labels },
    spec: {
      securityContext: { runAsUser: 65532, runAsGroup: 65532, runAsNonRoot: true },
      initContainers: values.deployment.initContainers,
      containers: [{
        name: "traefik",
        image: "docker.io/library/traefik:v3.6",
        args: ["--entrypoints.web.address=:8000/tcp", ...values.additionalArguments],
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
        },
        env: values.env,
        volumeMounts: [
          { name: "data", mountPath: values.persistence.path },
          ...values.volumes.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
          ...values.additionalVolumeMounts,
        ],
      }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: values.persistence.existingClaim } },
        ...values.volumes.map(({ name }) => ({ name, secret: { secretName: name } })),
        ...values.deployment.additionalVolumes,
      ],
    },
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "traefik", namespace: "kube-system" },
    spec: { selector: labels, ports: [{ port: 8000 }] },
  };
  const file = join(node.directory, "traefik.json");
  await Deno.writeTextFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: [pod, service] }));
  await node.kubectl("apply", "-f", file);
}

interface ChartValues {
  readonly env: readonly unknown[];
  /** Secrets by their names. */
  readonly volumes: readonly { readonly name: string; readonly mountPath: string }[];
  readonly persistence: { readonly path: string; readonly existingClaim: string };
  readonly additionalArguments: readonly string[];
  readonly additionalVolumeMounts: readonly unknown[];
  readonly deployment: {
    readonly initContainers: readonly unknown[];
    readonly additionalVolumes: readonly unknown[];
  };
}

/** Keys with the owners and modes that their programs ask for. */
async function writeKeys(directory: string, postgres: number): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const host = await makeSshKey();
  const identity = await makeSshKey();
  const write = async (name: string, text: string, mode: number): Promise<void> => {
    await Deno.writeTextFile(join(directory, name), text);
    await Deno.chmod(join(directory, name), mode);
  };
  await write("cloudflare", TOKEN, 0o600);
  await write("host_key", host.private, 0o600);
  await write("identity", identity.private, 0o600);
  await write("authorized_keys", `${identity.public}\n`, 0o600);
  await makeCertificate(directory, ["postgres"]);
  await Deno.rename(join(directory, "certificate.pem"), join(directory, "server.crt"));
  await Deno.rename(join(directory, "key.pem"), join(directory, "server.key"));
  await Deno.chmod(join(directory, "server.key"), 0o600);
  await Deno.chown(join(directory, "server.key"), postgres, postgres);
}

/** The uid of a user in a file system. */
async function userOf(name: string, base: string): Promise<number> {
  const { stdout } = await new Deno.Command("tar", { args: ["-xOf", base, "./etc/passwd"] }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((each) => each.startsWith(`${name}:`));
  const uid = Number(line?.split(":")[2]);
  if (!Number.isInteger(uid)) throw new Error(`No user "${name}" in ${base}`);
  return uid;
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
