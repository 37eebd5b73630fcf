import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { cacheDirectory } from "../../lib/embedded_cluster/cache.ts";
import { type Crossing, prepareCrossing } from "./crossing.ts";
import { debianRoot } from "./debian.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { SERVER_PACKAGES, serverImages } from "./servers.ts";

/** What the operators wrote before the move, and what asks for it after. */
const WRITES: readonly (readonly [string, string])[] = [
  [
    "faf-db",
    `mariadb -e "CREATE DATABASE harbour; CREATE TABLE harbour.ship (name TEXT); INSERT INTO harbour.ship VALUES ('Pelican')"`,
  ],
  [
    "faf-db",
    `mariadb -e "CREATE USER captain@'%' IDENTIFIED BY 'spyglass'; GRANT ALL ON harbour.* TO captain@'%'"`,
  ],
  ["faf-rabbitmq", "rabbitmqctl -q add_user captain spyglass && rabbitmqctl -q add_vhost harbour"],
];

/**
 * A container as `docker run` makes it: the host's directory as it is, and the hostname of the compose file. It stands
 * for the Docker Engine, which runs the same runc.
 */
function container(name: string, image: string, hostname: string, from: string, to: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      hostname,
      containers: [{ name, image, volumeMounts: [{ name: "data", mountPath: to }] }],
      volumes: [{ name: "data", hostPath: { path: from, type: "DirectoryOrCreate" } }],
    },
  });
}

const why = await whyNoRealNode();

Deno.test({
  name: `databases keep what they hold on the way to a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    const cache = cacheDirectory(Deno.env.toObject());
    const base = await debianRoot(SERVER_PACKAGES, cache, reportToStderr);
    await using node = await startNode(serverImages(base), reportToStderr);
    const crossing = await prepareCrossing(node, "databases", {});
    await t.step("they hold something before the move", () => before(crossing));
    await t.step("they are moved", async () => {
      const { code, stdout, stderr } = await crossing.migrate();
      equal(code, 0, stdout + stderr);
    });
    await t.step("MariaDB has its rows, its users and its settings", async () => {
      const ask =
        `mariadb -h faf-db -u captain -pspyglass -N -e "SELECT name, @@max_connections FROM harbour.ship"`;
      equal(await crossing.inside("faf-rabbitmq-0", ask), "Pelican\t77");
    });
    await t.step("RabbitMQ is the same node, with its users and virtual hosts", async () => {
      match(await crossing.inside("faf-rabbitmq-0", "rabbitmqctl -q list_users"), /^captain\t/m);
      match(await crossing.inside("faf-rabbitmq-0", "rabbitmqctl -q list_vhosts"), /^harbour$/m);
      match(await crossing.inside("faf-rabbitmq-0", "rabbitmqctl -q eval 'node().'"), /^rabbit@rabbitmq$/m);
      match(
        await crossing.inside("faf-rabbitmq-0", "rabbitmqctl -q authenticate_user captain spyglass"),
        /Success/,
      );
    });
    await t.step("a restarted pod has it all again", async () => {
      await node.kubectl("-n", "stores", "delete", "pod", "faf-rabbitmq-0", "faf-db-0");
      const known = "rabbitmqctl -q list_users 2>&1 | grep -q ^captain && echo known";
      await crossing.until("known", () => crossing.inside("faf-rabbitmq-0", known));
      const ship = 'mariadb -N -e "SELECT name FROM harbour.ship"';
      await crossing.until("Pelican", () => crossing.inside("faf-db-0", ship));
    });
  },
});

async function before({ node, stack, until }: Crossing): Promise<void> {
  const pods = [
    container("faf-db", "mariadb:10.11", "db", join(stack, "data/faf-db"), "/var/lib/mysql"),
    container(
      "faf-rabbitmq",
      "rabbitmq:3.10",
      "rabbitmq",
      join(stack, "data/faf-rabbitmq"),
      "/var/lib/rabbitmq",
    ),
  ];
  for (const [index, pod] of pods.entries()) {
    const file = join(node.directory, `before-${index}.json`);
    await Deno.writeTextFile(file, pod);
    await node.kubectl("apply", "-f", file);
  }
  const answers = (pod: string, command: string): Promise<string> =>
    node.kubectl("exec", pod, "--", "sh", "-c", `${command} > /dev/null 2>&1 && echo yes`);
  await until("yes\n", () => answers("faf-db", "mariadb-admin ping"));
  await until("yes\n", () => answers("faf-rabbitmq", "rabbitmqctl await_startup --timeout 5"));
  for (const [pod, command] of WRITES) await node.kubectl("exec", pod, "--", "sh", "-c", command);
  await node.kubectl("delete", "pod", "faf-db", "faf-rabbitmq");
}

/** Building a file system takes a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
