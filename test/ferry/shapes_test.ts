/** Six stacks of different shape, moved to a real node with no decisions, each by what its programs see and leave. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../lib/embedded_cluster/wait.ts";
import { serveLoadBalancers } from "../guard/k3s.ts";
import { copyTree } from "./crossing.ts";
import { NODE_ADDRESS, type Output } from "./namespaces.ts";
import { type RealNode, startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { shapesImages } from "./shapes_images.ts";

/** For what takes a few seconds on an idle machine. */
const TIMEOUT_MS = 120_000;

const STACKS = ["filled", "keeper", "names", "order", "pair", "ports"];

/** A second address of the machine, on which `ports` publishes. */
const OTHER_ADDRESS = "10.40.7.1";

const VOLUMES = "/var/lib/docker/volumes";

/** What `content` of the images is, as `stat` says it: mode, owner, size. */
const CONTENT = `. 750 1234:1234
./.hidden 644 0:0 hidden
./closed.txt 640 1234:1234 closed
./deep 705 65534:65534
./deep/page.txt 444 65534:65534 deep
./link 777 0:0 deep
./open.txt 604 0:0 open`;

/** Prints each entry below the current folder in that form. */
const LIST = `find . | sort | while read -r name; do
  text=; [ -d "$name" ] || text=" $(cat "$name")"
  echo "$name $(stat -c '%a %u:%g' "$name")$text"
done`;

/** Which port answers where: what is asked, and what must come back. */
const PORTS: readonly (readonly [string, string])[] = [
  [`tcp://${NODE_ADDRESS}:8081`, "8080/tcp"],
  [`udp://${NODE_ADDRESS}:5301`, "5300/udp"],
  [`tcp://${NODE_ADDRESS}:7200`, "7100/tcp"],
  [`tcp://${NODE_ADDRESS}:7201`, "7101/tcp"],
  [`tcp://${NODE_ADDRESS}:7202`, "7102/tcp"],
  ["tcp://127.0.0.1:9000", "9000/tcp"],
  [`tcp://${NODE_ADDRESS}:9000`, "nobody"],
  [`tcp://${OTHER_ADDRESS}:9000`, "nobody"],
  [`udp://${OTHER_ADDRESS}:9001`, "9001/udp"],
  [`udp://${NODE_ADDRESS}:9001`, "nobody"],
  [`tcp://${OTHER_ADDRESS}:9003`, "9002/tcp"],
  [`tcp://${NODE_ADDRESS}:9003`, "nobody"],
  ["tcp://127.0.0.1:9003", "nobody"],
];

const why = await whyNoRealNode();

Deno.test({
  name: `six stacks of different shape cross to a real node${why === undefined ? "" : ` (skipped: ${why})`}`,
  ignore: why !== undefined,
  fn: async (t) => {
    const archives = await Deno.makeTempDir({ prefix: "shapes-" });
    const { images, asker } = await shapesImages(archives);
    await using node = await startNode(images, reportToStderr);
    await Deno.remove(archives, { recursive: true });
    await node.run(["ip", "address", "add", `${OTHER_ADDRESS}/24`, "dev", "node0"]);
    await using balancers = serveLoadBalancers(node);
    const stacks = join(node.directory, "stacks");
    await copyTree(fileURLToPath(new URL("shapes", import.meta.url)), stacks);
    await writeState(join(stacks, "keeper"));
    const on = new Shapes(node, stacks);

    await t.step("they are moved with no decisions", async () => {
      const { stdout } = await on.succeeds("migrate");
      for (const name of STACKS) match(stdout, new RegExp(`stacks/${name} +ok\\n`));
    });

    await t.step("what needs something stands after it, and a bot that fails is started again", async () => {
      await until(
        "db began\ndb healthy\nsetup began\nsetup ended\napp began\n",
        () => on.read("order/log/events"),
      );
      equal(await on.read("order/log/asked"), "yes\n");
      await until("try\ntry\n", () => on.read("order/log/bot"));
      equal(await on.inside("order", "deploy/bot", "wc -l < /log/bot"), "2");
    });

    await t.step("a directory with state is the same one, with its owner, and is written", async () => {
      await assertState(on, 1);
      equal(
        await on.inside("keeper", "deploy/keeper", "cat /state/seed /config/settings.yaml; id -u"),
        "seed\nmode: new\n1234",
      );
    });

    await t.step("a directory that nobody made is on the node, and two programs share it", async () => {
      await until("right", () => on.inside("pair", "deploy/left", "cat /shared/right"));
      await until("left", () => on.inside("pair", "deploy/right", "cat /data/left"));
      await until("left\n", () => on.read("pair/nobody/made/left"));
    });

    await t.step("volumes begin with what their images have, and only where they are empty", async () => {
      equal(await on.inside("filled", "deploy/site", `cd /content && ${LIST}`), CONTENT);
      equal(await on.list(`${VOLUMES}/filled_pages/_data`), CONTENT);
      equal(await on.list(`${VOLUMES}/filled_files/_data`), CONTENT);
      equal(await on.list(`${VOLUMES}/filled_bare/_data`), ". 755 0:0");
      equal(await on.inside("filled", "deploy/site", "ls -A /content-too | wc -l"), "0");
      await until("open", () => on.inside("filled", "deploy/site", "nc plain 4000"));
    });

    await t.step("names lead to programs on every port, and to those that are not ready", async () => {
      const ask = (url: string): Promise<string> => on.inside("names", "deploy/asker", `wget -qO- ${url}`);
      await until("5151", () => ask("http://loose:5151/port"));
      await until("5152", () => ask("http://loose:5152/port"));
      equal(await ask("http://self-ready:7070/who"), "me");
      await until("named", () => ask("http://named:7001/who"));
      await on.inside("names", "deploy/elder", "touch /tmp/ill");
      await until("False", () => on.ready("names", "elder"));
      equal(await ask("http://elder:7000/who"), "elder");
      await until("nobody", () => ask("http://elder-ready:7000/who").catch(() => "nobody"));
      await on.inside("names", "deploy/elder", "rm /tmp/ill");
      await until("elder", () => ask("http://elder-ready:7000/who").catch(() => "nobody"));
    });

    await t.step("published ports answer on the addresses on which they are published", async () => {
      await balancers.settled();
      const seen = (): Promise<readonly (readonly [string, string])[]> =>
        Promise.all(PORTS.map(async ([target]) => {
          const { stdout } = await node.run([asker, "ask", target]);
          return [target, stdout.trim()] as const;
        }));
      await until(JSON.stringify(PORTS), async () => JSON.stringify(await seen()));
    });

    await t.step("a second run writes nothing", async () => {
      const before = await on.versions();
      const { stdout } = await on.succeeds("migrate");
      equal(stdout.match(/Nothing to do/g)?.length, STACKS.length, stdout);
      deepEqual(await on.versions(), before);
    });

    await t.step("new pods find what the old ones left, and nothing is filled again", async () => {
      await on.inside("filled", "deploy/site", "rm /content/closed.txt; echo mine > /content/mine.txt");
      for (
        const [namespace, name] of [["keeper", "keeper"], ["filled", "site"], ["filled", "cache"], [
          "pair",
          "left",
        ]]
      ) {
        await on.replacePod(namespace ?? "", name ?? "");
      }
      await assertState(on, 2);
      equal(
        await on.inside("filled", "deploy/site", "cat /content/mine.txt; ls /content"),
        "mine\ndeep\nlink\nmine.txt\nopen.txt",
      );
      await until("kept\nkept", () => on.inside("filled", "deploy/cache", "cat /data/rows"));
      await until(
        "left\nleft\nright",
        () => on.inside("pair", "deploy/left", "cat /shared/left /shared/right"),
      );
    });

    await t.step("what was taken back and moved again has its data", async () => {
      for (const name of ["filled", "keeper", "pair"]) {
        await on.succeeds("rollback", "--to", "030", "--stack", join(stacks, name));
        await rejects(
          on.inside(name, `deploy/${{ filled: "site", keeper: "keeper", pair: "left" }[name]}`, "true"),
          /not found/,
        );
      }
      await on.succeeds("migrate");
      await assertState(on, 3);
      equal(await on.inside("filled", "deploy/site", "cat /content/mine.txt"), "mine");
      await until("kept\nkept\nkept", () => on.inside("filled", "deploy/cache", "cat /data/rows"));
      await until("left\nleft\nleft\n", () => on.read("pair/nobody/made/left"));
    });
  },
});

/** The stacks while they are tested. */
class Shapes {
  readonly #node: RealNode;
  readonly stacks: string;

  constructor(node: RealNode, stacks: string) {
    this.#node = node;
    this.stacks = stacks;
  }

  /** Runs a command, on all stacks where it names none. @throws when it fails. */
  async succeeds(...command: readonly string[]): Promise<Output> {
    const stacks = command.includes("--stack") ? [] : ["--stacks", this.stacks];
    const output = await this.#node.run([
      ...[Deno.execPath(), "run", "-A", "main.ts", ...command, ...stacks],
      ...["--kubeconfig", this.#node.kubeconfigPath, "--yes"],
    ]);
    equal(output.code, 0, output.stdout + output.stderr);
    return output;
  }

  /** Runs a shell command in a workload's container. @returns its output, without the end of line. */
  async inside(namespace: string, workload: string, command: string): Promise<string> {
    return (await this.#node.kubectl("-n", namespace, "exec", workload, "--", "sh", "-c", command)).trimEnd();
  }

  /** A file below the folder of the stacks, as the node has it. */
  read(path: string): Promise<string> {
    return Deno.readTextFile(join(this.stacks, path));
  }

  /** A directory of the node in the form of {@link LIST}. */
  async list(directory: string): Promise<string> {
    const { stdout, stderr } = await this.#node.run(["sh", "-c", `cd ${directory} && ${LIST}`]);
    return (stdout + stderr).trimEnd();
  }

  /** Whether the pods of a service are ready, as the API server has it. */
  ready(namespace: string, name: string): Promise<string> {
    return this.#node.kubectl(
      ...["-n", namespace, "get", "pods", "-l", `app.kubernetes.io/name=${name}`, "-o"],
      'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
    );
  }

  /** Deletes a service's pod and waits for the next one. */
  async replacePod(namespace: string, name: string): Promise<void> {
    const selector = `app.kubernetes.io/name=${name}`;
    await this.#node.kubectl("-n", namespace, "delete", "pod", "-l", selector, "--wait=true");
    await until("True", () => this.ready(namespace, name));
  }

  /** Every object that a run writes, with its maker and what the tool's own writes left there. */
  async versions(): Promise<unknown> {
    const kinds = "deployments,statefulsets,services,configmaps,secrets,pvc,pv,jobs,namespaces";
    const text = await this.#node.kubectl("get", kinds, "-A", "-o", "json", "--show-managed-fields");
    // The edge: objects as every API server has them.
    const { items } = JSON.parse(text) as { items: readonly { kind: string; metadata: Metadata }[] };
    return items.map(({ kind, metadata: { namespace, name, uid, generation, managedFields = [] } }) => [
      ...[kind, namespace, name, uid, generation],
      managedFields.filter(({ manager }) => manager === "compose-ferry"),
    ]);
  }
}

interface Metadata {
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly generation?: number;
  readonly managedFields?: readonly { readonly manager: string; readonly time: string }[];
}

/** What the program of `keeper` wrote before it was moved: directories of its own. */
async function writeState(stack: string): Promise<void> {
  for (const [name, text] of [["state/seed", "seed\n"], ["config/settings.yaml", "mode: old\n"]] as const) {
    const path = join(stack, name);
    await Deno.mkdir(join(path, ".."));
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, 0o600);
    await Deno.chmod(join(path, ".."), 0o700);
    for (const owned of [path, join(path, "..")]) await Deno.chown(owned, 1234, 1234);
  }
}

/** That the program of `keeper` was started so often, on the directories that it had before. */
async function assertState(on: Shapes, starts: number): Promise<void> {
  const born = Array(starts).fill("seed").join("\n");
  await until(
    `. 700 1234:1234\n./born 644 1234:1234 ${born}\n./seed 600 1234:1234 seed`,
    () => on.list(join(on.stacks, "keeper/state")),
  );
  await until("mode: new\n", () => on.read("keeper/config/settings.yaml"));
}

async function until(expected: string, ask: () => Promise<string>): Promise<void> {
  let last = "";
  await waitFor(TIMEOUT_MS, async () => {
    last = await ask().catch(String);
    return last === expected || undefined;
  });
  equal(last, expected);
}

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
