/** The pod of release/job.yaml on a real node: it starts, logs in, and sees who writes to the node's directories. */
import { deepEqual, equal, match } from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TIMEOUT_MS = 60_000;
/** Within the node's own folder of Docker. */
const DATA = "/var/lib/docker/volumes/shop_db/_data";
const ELSEWHERE = "/srv/elsewhere";

/** What the pod runs in the program's place: the program's own look at processes, and a request by the login. */
const LOOK = `
import { lookAtProcesses } from "./node/processes.ts";
import { ownMounts, placeOf } from "./node/place.ts";
const login = (name) => Deno.readTextFileSync("/etc/compose-ferry/" + name);
const client = Deno.createHttpClient({ caCerts: [login("ca.crt")] });
const url = Deno.readTextFileSync(Deno.args[Deno.args.indexOf("--stack") + 1] + "/server") + "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const headers = { authorization: "Bearer " + login("token").trim(), "content-type": "application/json" };
const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
const answer = await fetch(url, { client, method: "POST", headers, body: JSON.stringify(review) });
const mounts = await ownMounts();
const places = await Promise.all(${JSON.stringify([DATA, ELSEWHERE])}.map((path) => placeOf(path, mounts)));
const { holders, unseen, hidden } = await lookAtProcesses(places);
console.log(JSON.stringify({
  user: (await answer.json()).status?.userInfo?.username,
  kubeconfig: login("config").includes("current-context: in-cluster"),
  socket: Deno.statSync("/var/run/docker.sock").isSocket,
  holders: holders.map(({ command, how, path }) => [command, how, path].join(" ")),
  unseen,
  hidden: hidden.map(({ path }) => path),
}));
`;

/** Deno with its libraries, and Debian's link from /var/run to /run. */
async function writeLayer(directory: string): Promise<string> {
  const root = join(directory, "root");
  const { stdout } = await new Deno.Command("ldd", { args: [Deno.execPath()] }).output();
  const libraries = [...new TextDecoder().decode(stdout).matchAll(/=> (\/\S+)/g)].map(([, path]) =>
    path ?? ""
  );
  for (const path of libraries) {
    await Deno.mkdir(join(root, dirname(path)), { recursive: true });
    await Deno.copyFile(path, join(root, path));
  }
  for (const folder of ["bin", "run", "var", "look/node"]) {
    await Deno.mkdir(join(root, folder), { recursive: true });
  }
  await Deno.symlink("/run", join(root, "var/run"));
  await Deno.copyFile(Deno.execPath(), join(root, "bin/deno"));
  for (const file of ["processes.ts", "place.ts", "mountinfo.ts"].map((name) => `lib/node/${name}`)) {
    await Deno.copyFile(join(ROOT, file), join(root, "look/node", basename(file)));
  }
  await Deno.writeTextFile(join(root, "look/look.ts"), LOOK);
  const layer = join(directory, "layer.tar");
  const args = ["--create", "--owner=0", "--group=0", "--file", layer, "--directory", root, "."];
  const made = await new Deno.Command("tar", { args }).output();
  equal(made.code, 0, new TextDecoder().decode(made.stderr));
  return layer;
}

const why = await whyNoRealNode();

Deno.test({
  name: `the Job's pod sees what a run on the node sees${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "job-" });
    try {
      const image = {
        name: "docker.io/library/compose-ferry:latest",
        layer: await writeLayer(directory),
        entrypoint: ["/bin/deno", "run", "-A", "--no-check", "--no-config", "/look/look.ts"],
      };
      await using node = await startNode([image], reportToStderr);
      const stack = join(node.directory, "shop");
      const job = await Deno.readTextFile(join(ROOT, "release/job.yaml"));
      const file = join(node.directory, "job.yaml");
      await Deno.mkdir(stack);
      // The Service "kubernetes" of this control plane leads nowhere.
      const server = /server: "?(https:[^"\s]+)/.exec(await Deno.readTextFile(node.kubeconfigPath))?.[1] ??
        "";
      await Deno.writeTextFile(join(stack, "server"), server);
      await Deno.writeTextFile(file, job.replaceAll("/opt/shop", stack));
      const writer = join(node.directory, "writer.ts");
      await Deno.writeTextFile(
        writer,
        `Deno.listen({ transport: "unix", path: "/run/docker.sock" });
Deno.mkdirSync("${DATA}", { recursive: true });
Deno.openSync("${DATA}/table", { create: true, write: true });
Deno.writeTextFileSync("${node.directory}/ready", "");
setInterval(() => {}, 1000);`,
      );
      const start = `setsid "$0" run -A --no-config "$1" >/dev/null 2>&1 &`;
      equal((await node.run(["sh", "-c", start, Deno.execPath(), writer])).code, 0);
      const written = await waitFor(
        TIMEOUT_MS,
        () => Deno.stat(join(node.directory, "ready")).then(() => true, () => undefined),
      );
      equal(written, true);
      await node.kubectl("apply", "-f", file);
      const kubectl = (...args: readonly string[]): Promise<string> =>
        node.kubectl("-n", "compose-ferry", ...args);
      const ended = await waitFor(TIMEOUT_MS, async () => {
        const text = await kubectl(
          "get",
          "job/migrate",
          "-o",
          "jsonpath={.status.succeeded}{.status.failed}",
        );
        return text.trim() === "" ? undefined : true;
      });
      equal(ended, true, await kubectl("describe", "pods"));
      const log = await kubectl("logs", "job/migrate");
      match(log, /^\{/);
      deepEqual(JSON.parse(log), {
        user: "system:serviceaccount:compose-ferry:ferry",
        kubeconfig: true,
        socket: true,
        holders: [`deno file ${DATA}/table`],
        unseen: 0,
        hidden: [ELSEWHERE],
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
