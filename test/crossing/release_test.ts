/** The bundled file, in an empty folder, without the repository: what it says, what it reads, and a move by it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import metadata from "../../deno.json" with { type: "json" };
import { withCluster } from "../embedded_cluster/fixture.ts";
import { removeVolumes } from "./seen.ts";
import { exampleStack, fafStack, hasFaf } from "./stacks.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A script as one is written where there is no repository: a plain object. */
const SCRIPT = `export default {
  title: "All of it",
  why: "There is one migration.",
  takes: ["store", "job", "login", "application"],
  plan: ({ kube, tiers, start }) => [
    kube.namespaces(), kube.storage(), kube.configuration(), tiers().map((tier) => start(tier)), kube.routes(),
  ],
};
`;

async function deno(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, env, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("the bundled file says what it is of, checks, explains, takes scripts of one's own, and moves stacks", async (context) => {
  const folder = await Deno.makeTempDir({ prefix: "release-" });
  const file = join(folder, "compose-ferry.js");
  const env = { KUBECONFIG: "", NO_COLOR: "1", INIT_CWD: "" };
  const ferry = async (
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> =>
    await deno(["run", "-A", "--no-config", file, ...args], folder, { ...env, INIT_CWD: folder, ...more });
  try {
    const built = await deno(["run", "-A", join(ROOT, "release/build.ts"), "--to", file], folder, env);
    equal(built.code, 0, built.err);

    await context.step("--version says version and commit", async () => {
      const { code, out } = await ferry(["--version"]);
      equal(code, 0);
      match(
        out,
        new RegExp(
          `^${
            metadata.version.replaceAll(".", "\\.")
          } \\((commit [0-9a-f]{12}(, changed since)?|from no repository)\\)\n$`,
        ),
      );
    });

    await context.step("the bundled example and the texts of messages are there", async () => {
      const check = await ferry(["check", "-o", "json"]);
      equal(check.code, 0, check.err);
      equal(JSON.parse(check.out).services.length, 11);
      match((await ferry(["explain", "kube-port-unknown"])).out, /Decide `services\.NAME\.ports`/);
    });

    await context.step("a folder of scripts of one's own", async () => {
      await Deno.mkdir(join(folder, "scripts"));
      await Deno.mkdir(join(folder, "shop"));
      await Deno.writeTextFile(join(folder, "scripts/010_all.ts"), SCRIPT);
      await Deno.writeTextFile(
        join(folder, "shop/compose.yaml"),
        'services: { web: { image: "nginx:1", ports: ["80"] } }\n',
      );
      const input = ["--stack", "shop", "--migrations", "scripts"];
      const rendered = await ferry(["render", ...input, "--to", "out", "-o", "json"]);
      equal(rendered.code, 0, rendered.err);
      const paths: string[] = JSON.parse(rendered.out).files.map(({ path }: { path: string }) => path);
      const migrations = new Set(
        paths.filter((path) => path.startsWith("objects/")).map((path) => path.split("/")[1]),
      );
      deepEqual([...migrations], ["010_all"]);
    });

    await context.step("the example and FAF's stack onto a cluster", async () => {
      await withCluster(async (cluster) => {
        for (const copyOf of [exampleStack, ...hasFaf ? [fafStack] : []]) {
          await using stack = await copyOf(`${cluster.prefix}-${copyOf.name.toLowerCase()}`);
          const { code, out, err } = await ferry(
            ["migrate", ...stack?.flags ?? [], "--yes", "-o", "json"],
            cluster.env,
          );
          equal(code, 0, err);
          match(out, /"type":"run-finished"/);
          const status = await ferry(["status", ...stack?.flags ?? [], "-o", "json"], cluster.env);
          equal(JSON.parse(status.out).next, null, status.err);
          await removeVolumes(cluster);
        }
      });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
