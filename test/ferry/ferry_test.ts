import { deepEqual, doesNotMatch, equal, match, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type Crossing, OWNER, prepareCrossing } from "./crossing.ts";
import { IMAGES } from "./images.ts";
import { startNode } from "./node.ts";
import { WEB_PORT } from "./start_traefik.ts";
import { whyNoRealNode } from "./requirements.ts";

/** What lay in the data directories before anything moved. */
const DATA: Readonly<Record<string, string>> = {
  "data/faf-db/index.html": "a row from before\n",
  "data/shared/upload.txt": "a file from before\n",
};

const why = await whyNoRealNode();

/** What must be true in real pods after the move, in the order in which it is looked at. */
const PROOFS: readonly (readonly [string, (crossing: Crossing) => Promise<void>])[] = [
  ["a single configuration file lies among the image's own files", async ({ inside }) => {
    equal(await inside("deploy/faf-java-api", "cat /etc/app.conf"), "greeting = ahoy");
    match(await inside("deploy/faf-java-api", "cat /etc/passwd"), /^harbour:x:1234:/m);
    await rejects(inside("deploy/faf-java-api", "echo more >> /etc/app.conf"), /[Rr]ead-only|denied/);
  }],
  ["a numeric user and group run the program", async ({ inside }) => {
    equal(await inside("faf-db-0", "id -u; id -g"), `${OWNER}\n${OWNER}`);
    equal(await inside("faf-db-0", "awk '/^Uid/ {print $2}' /proc/1/status"), `${OWNER}`);
  }],
  ["a user's name is the number that was decided", async ({ inside }) => {
    equal(await inside("deploy/faf-java-api", "id -un; id -u"), `harbour\n${OWNER}`);
  }],
  ["arguments replace the command of the image and not its entrypoint", async ({ node }) => {
    const log = await node.kubectl("-n", "crossing", "logs", "deploy/faf-java-api", "-c", "faf-java-api");
    equal(log, "argument: one\nargument: two  words\nargument: $HOME\n");
  }],
  ["variables and secrets have the values of the env_file, letter by letter", async ({ inside, field }) => {
    equal(await inside("faf-db-0", 'echo "$STORE_NAME/$STORE_PASSWORD"'), "crossing/rope ladder $ 42");
    equal(await field("configmap/faf-db-env", ".data.STORE_PASSWORD"), "");
    equal(await field("secret/faf-db-env", ".data.STORE_PASSWORD"), btoa("rope ladder $ 42"));
  }],
  ["data written before the move is served by the database after it", async ({ inside }) => {
    equal(await inside("deploy/faf-website", "wget -qO- http://faf-db:8080/index.html"), "a row from before");
  }],
  ["two services share a directory, and one of them cannot write", async ({ inside, stack }) => {
    equal(await inside("deploy/faf-content", "cat /content/upload.txt"), "a file from before");
    await inside("deploy/faf-java-api", "echo new > /content/new.txt");
    equal(await inside("deploy/faf-website", "wget -qO- http://faf-content:8080/new.txt"), "new");
    await rejects(inside("deploy/faf-content", "touch /content/x"), /[Rr]ead-only/);
    equal(await Deno.readTextFile(join(stack, "data/shared/new.txt")), "new\n");
  }],
  ["files keep their owners on the disk", async ({ stack }) => {
    for (const name of Object.keys(DATA)) {
      const { uid, gid } = await Deno.stat(join(stack, name));
      deepEqual([name, uid, gid], [name, OWNER, OWNER]);
    }
  }],
  [
    "a hostname is the pod's, or stands in its hosts file where a StatefulSet names the pod",
    async ({ inside }) => {
      equal(await inside("deploy/faf-content", "hostname"), "content");
      equal(
        await inside("faf-db-0", "wget -qO- http://db.crossing.test:8080/index.html"),
        "a row from before",
      );
    },
  ],
  ["extra hosts are known", async ({ inside }) => {
    match(
      await inside("deploy/faf-java-api", "cat /etc/hosts"),
      /^192\.0\.2\.44\tlighthouse\.crossing\.test$/m,
    );
  }],
  ["the root file system is read-only and a tmpfs is writable", async ({ inside }) => {
    await rejects(inside("deploy/faf-java-api", "touch /file"), /Read-only file system/);
    equal(
      await inside("deploy/faf-java-api", "touch /tmp/file && df -P /tmp | awk 'NR == 2 {print $1}'"),
      "tmpfs",
    );
    equal(await inside("deploy/faf-java-api", "pwd"), "/content");
  }],
  [
    "a request through the real Traefik reaches the pod, with the middlewares of its labels",
    requestThroughTraefik,
  ],
  ["the job ran once", async ({ stack, field }) => {
    equal(await Deno.readTextFile(join(stack, "data/shared/migrations.txt")), "migrated\n");
    equal(await field("job/faf-db-migrations", ".status.succeeded"), "1");
  }],
  ["a second run changes nothing and restarts nothing", secondRun],
  ["a failing healthcheck takes the address away and kills nothing", failingHealthcheck],
  ["a secret in a healthcheck is in no object but a Secret", secretOfHealthcheck],
  ["who depends on a healthy service waits for it, and starts then", dependencyIsWaitedFor],
  ["a changed page reaches the running pod", changedPage],
  ["a changed configuration file restarts those who read it, and no others", changedFile],
];

Deno.test({
  name: `a stack crosses to a real node${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    await using node = await startNode(IMAGES, reportToStderr, ["traefik"]);
    const crossing = await prepareCrossing(node, "stack", DATA);
    await t.step("what no pod can have is said with its place", () => saysWhatIsNotCarried(crossing));
    await t.step("it is moved", async () => {
      const { code, stdout, stderr } = await crossing.migrate();
      equal(code, 0, stdout + stderr);
      doesNotMatch(stdout + stderr, /rope ladder/);
    });
    for (const [title, proof] of PROOFS) await t.step(title, () => proof(crossing));
  },
});

/** That the check works with it is shown by the program, which became ready by it. */
async function secretOfHealthcheck({ node }: Crossing): Promise<void> {
  const kinds = "statefulsets,deployments,pods,configmaps,jobs,events";
  const shown = await node.kubectl("-n", "crossing", "get", kinds, "-o", "json");
  match(shown, /COMPOSE_HEALTHCHECK/);
  doesNotMatch(shown, /whale-oil/);
}

async function saysWhatIsNotCarried({ node, stack }: Crossing): Promise<void> {
  const check = [Deno.execPath(), "run", "-A", "main.ts", "check", "--stack", stack];
  const { stdout, stderr } = await node.run(check);
  match(
    stdout + stderr,
    /Pods of service "faf-db" have more than nofile 4096 of "ulimits"[^\n]*\n\s+--> docker-compose\.yml:\d+:5/,
  );
}

/** Host, path and credentials, and what must come back. */
const REQUESTS: readonly (readonly [string, string, string, number, string])[] = [
  ["content.crossing.test", "/files/upload.txt", "captain:spyglass", 200, "a file from before\n"],
  ["content.crossing.test", "/files/upload.txt", "captain:telescope", 401, "401 Unauthorized\n"],
  ["content.crossing.test", "/files/upload.txt", "", 401, "401 Unauthorized\n"],
  ["content.crossing.test", "/upload.txt", "captain:spyglass", 404, "404 page not found\n"],
  ["elsewhere.crossing.test", "/files/upload.txt", "captain:spyglass", 404, "404 page not found\n"],
];

async function requestThroughTraefik({ node, until }: Crossing): Promise<void> {
  const run = async (script: string, ...args: readonly string[]): Promise<string> => {
    const output = await node.run([Deno.execPath(), "run", "-A", `test/ferry/${script}`, ...args]);
    equal(output.code, 0, output.stderr);
    return output.stdout;
  };
  await run("start_traefik.ts", node.directory);
  for (const [host, path, credentials, status, body] of REQUESTS) {
    const ask = (): Promise<string> =>
      run("request.ts", `http://127.0.0.1:${WEB_PORT}${path}`, host, credentials);
    await until(JSON.stringify({ status, body }), ask);
  }
}

async function podUids({ node }: Crossing): Promise<string> {
  return await node.kubectl("-n", "crossing", "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
}

async function secondRun(crossing: Crossing): Promise<void> {
  const before = await podUids(crossing);
  const { code, stdout, stderr } = await crossing.migrate();
  equal(code, 0, stdout + stderr);
  equal(await podUids(crossing), before);
  equal(await Deno.readTextFile(join(crossing.stack, "data/shared/migrations.txt")), "migrated\n");
}

const readyAddresses = ({ node }: Crossing) => (): Promise<string> =>
  node.kubectl(
    ...["-n", "crossing", "get", "endpointslices", "-l", "kubernetes.io/service-name=faf-db"],
    ...["-o", "jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].conditions.ready}"],
  );

async function failingHealthcheck(crossing: Crossing): Promise<void> {
  const { until, inside, field } = crossing;
  await until("true", readyAddresses(crossing));
  await inside("faf-db-0", "rm /tmp/healthy");
  await until("", readyAddresses(crossing));
  equal(await field("pod/faf-db-0", ".status.containerStatuses[0].restartCount"), "0");
}

/** Goes on where {@link failingHealthcheck} left the database: running and not healthy. */
async function dependencyIsWaitedFor(crossing: Crossing): Promise<void> {
  const { node, until, inside, field } = crossing;
  await node.kubectl("-n", "crossing", "delete", "pod", "-l", "app.kubernetes.io/name=faf-java-api");
  const log = (): Promise<string> =>
    node.kubectl("-n", "crossing", "logs", "deploy/faf-java-api", "-c", "wait-faf-db").then((text) =>
      text.includes("waiting for faf-db:8080") ? "waits" : text
    );
  await until("waits", log);
  equal(await field("deploy/faf-java-api", ".status.readyReplicas"), "");
  await inside("faf-db-0", "touch /tmp/healthy");
  await until("1", () => field("deploy/faf-java-api", ".status.readyReplicas"));
}

async function changedPage(crossing: Crossing): Promise<void> {
  const { node, stack, migrate, until, inside } = crossing;
  const page = (): Promise<string> =>
    inside("deploy/faf-website", "wget -qO- http://localhost:3000/index.html");
  const pod = (): Promise<string> =>
    node.kubectl(
      ...["-n", "crossing", "get", "pods", "-l", "app.kubernetes.io/name=faf-website"],
      ...["-o", "jsonpath={.items[*].metadata.uid}"],
    );
  const before = await pod();
  equal(await page(), "first");
  await Deno.writeTextFile(join(stack, "config/faf-website/pages/index.html"), "changed\n");
  const { code, stdout, stderr } = await migrate();
  equal(code, 0, stdout + stderr);
  await until("changed", page);
  equal(await pod(), before, "the pod is the same");
}

/** By name of their workload, the uids of pods that are to stay. */
async function stayingPods({ node }: Crossing): Promise<Record<string, string>> {
  const { items } = JSON.parse(await node.kubectl("-n", "crossing", "get", "pods", "-o", "json")) as {
    readonly items: readonly {
      readonly metadata: { uid: string; deletionTimestamp?: string; labels: Record<string, string> };
    }[];
  };
  return Object.fromEntries(
    items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => [metadata.labels["app.kubernetes.io/name"], metadata.uid]),
  );
}

async function changedFile(crossing: Crossing): Promise<void> {
  const { stack, migrate, inside, until } = crossing;
  const before = await stayingPods(crossing);
  await Deno.writeTextFile(join(stack, "config/faf-java-api/app.conf"), "greeting = farewell\n");
  const { code, stdout, stderr } = await migrate();
  equal(code, 0, stdout + stderr);
  // The old pod may still be ending, and then is asked, too.
  await until("greeting = farewell", () => inside("deploy/faf-java-api", "cat /etc/app.conf"));
  const { ["faf-java-api"]: restarted, ...others } = await stayingPods(crossing);
  notEqual(restarted, before["faf-java-api"]);
  for (const [name, uid] of Object.entries(others)) equal(uid, before[name], name);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
