/** Who reaches what on a real node whose policies are enforced: Hydra's administrative port, and the node itself. */
import { equal } from "node:assert/strict";
import { prepareCrossing } from "./crossing.ts";
import { startNode } from "./node.ts";
import { whyNoRealNode } from "./requirements.ts";
import { shapesImages } from "./shapes_images.ts";
import { installFirewallPackages, startFirewall } from "./start_kube_router.ts";

const why = await whyNoRealNode();

Deno.test({
  name: `an administrative port is for those who need it on a real node${
    why === undefined ? "" : ` (skipped: ${why})`
  }`,
  ignore: why !== undefined,
  fn: async (t) => {
    const archives = await Deno.makeTempDir({ prefix: "policies-" });
    const { images, asker } = await shapesImages(archives);
    await installFirewallPackages(reportToStderr);
    await using node = await startNode(images, reportToStderr, ["kube-router"]);
    await Deno.remove(archives, { recursive: true });
    await startFirewall(node);
    const crossing = await prepareCrossing(node, "policies", {});
    const moved = await crossing.migrate();
    equal(moved.code, 0, moved.stdout + moved.stderr);
    const address = await node.kubectl(
      ...["-n", "policies", "get", "pods", "-l", "app.kubernetes.io/name=hydra"],
      ...["-o", "jsonpath={.items[0].status.podIP}"],
    );
    const ask = (name: string, port: number, host = "hydra"): Promise<string> =>
      crossing.inside(`deploy/${name}`, `nc -w 2 ${host} ${port} < /dev/null 2> /dev/null || echo nobody`);

    await t.step("its callers reach the administrative port, and no other pod does", async () => {
      await crossing.until("nobody", () => ask("stranger", 4445));
      equal(await ask("stranger", 4445, address), "nobody");
      equal(await ask("stranger", 4444), "4444/tcp");
      equal(await ask("portal", 4445), "4445/tcp");
      equal(await ask("portal", 4445, address), "4445/tcp");
    });

    await t.step("a program reaches a server of the node by the machine's names", async () => {
      equal(await ask("portal", 9000, "host.docker.internal"), "nobody");
      const start = `setsid "$0" 9000/tcp > /dev/null 2>&1 &`;
      equal((await node.run(["sh", "-c", start, asker])).code, 0);
      await crossing.until("9000/tcp", () => ask("portal", 9000, "host.docker.internal"));
      equal(await ask("stranger", 9000, "gateway.docker.internal"), "9000/tcp");
      equal(await ask("stranger", 9000, "host.docker.internal"), "nobody");
    });
  },
});

/** Builds and packages take a while, and a silent test would look as if it hung. */
function reportToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
