/** What is pasted copies all of a directory, and says where the copy differs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { copyLines, type RelocatedData, renderRelocationMarkdown } from "../../lib/report/relocation_page.ts";

const DATA: RelocatedData = {
  path: "/var/lib/docker/volumes/shop_db/_data",
  real: "/var/lib/docker/volumes/shop_db/_data",
  root: "/var/lib/docker",
  to: "/srv/shop/db",
  key: "db",
  volume: "shop-db",
  claim: "db",
  services: ["db"],
  workloads: [{ kind: "statefulset", name: "db", replicas: 1, labels: { "app.kubernetes.io/name": "db" } }],
  containers: ["shop-db-1"],
  removals: ["docker -H unix:///run/user/1000/docker.sock rm shop-db-1"],
  writers: [],
};
const PAGE = {
  project: "shop",
  namespace: "shop",
  data: [DATA],
  inUse: [],
  silent: [],
  flags: "--stack /opt/shop",
  kubectlFlags: "--context prod",
};

Deno.test("the volume is made anew when nobody uses it, and its directories are all left", () => {
  const page = renderRelocationMarkdown(PAGE);
  const at = (text: string): number => {
    assert.ok(page.includes(text), text);
    return page.indexOf(text);
  };
  const order = [
    "db: { path: /srv/shop/db }",
    "kubectl --context prod -n shop scale statefulset/db --replicas=0",
    "wait --for=delete pod -l app.kubernetes.io/name=db",
    "cp -a --reflink=auto /var/lib/docker/volumes/shop_db/_data /srv/shop/db",
    "kubectl --context prod -n shop delete pvc/db",
    "kubectl --context prod delete pv/shop-db",
    "deno task migrate --stack /opt/shop",
    "scale statefulset/db --replicas=1",
    "docker -H unix:///run/user/1000/docker.sock rm shop-db-1",
  ].map(at);
  assert.deepEqual(order, order.toSorted((left, right) => left - right));
  assert.ok(!/\brm -|rmi|volume rm/.test(page));
});

Deno.test("what a link leads to is copied, and not the link; outside of Docker's root nothing is", () => {
  const inside = { ...DATA, real: "/var/lib/docker/big/rows" };
  const copied = renderRelocationMarkdown({ ...PAGE, data: [inside] });
  assert.ok(copied.includes("cp -a --reflink=auto /var/lib/docker/big/rows /srv/shop/db"));
  assert.ok(copied.includes("du -sh /var/lib/docker/big/rows"));
  const outside = { ...DATA, real: "/mnt/rows", to: "/mnt/rows" };
  const page = renderRelocationMarkdown({ ...PAGE, data: [outside] });
  assert.ok(page.includes("db: { path: /mnt/rows }"));
  assert.ok(page.includes("delete pv/shop-db"));
  assert.match(page, /_data is a link.*nothing is copied/);
  assert.ok(!/cp -a|du -sh|without the copy/.test(page));
});

Deno.test("what kubectl cannot scale is deleted, and its pods are waited for", () => {
  const labels = { "app.kubernetes.io/name": "db" };
  const workloads = ["deployment", "job", "daemonset", "cronjob"].map((kind) => ({
    kind,
    name: `db-${kind}`,
    replicas: 1,
    labels,
  }));
  const page = renderRelocationMarkdown({ ...PAGE, data: [{ ...DATA, workloads }] });
  assert.deepEqual(
    [...page.matchAll(/ (scale|delete) ([a-z]+\/\S+)/g)].map(([, what, name]) => `${what} ${name}`),
    [
      "scale deployment/db-deployment",
      "delete job/db-job",
      "delete daemonset/db-daemonset",
      "delete cronjob/db-cronjob",
      "delete pvc/db",
      "delete pv/shop-db",
      "scale deployment/db-deployment",
    ],
  );
});

Deno.test("what is pasted ends at the line that fails", async () => {
  const page = renderRelocationMarkdown({ ...PAGE, flags: "" });
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, text = ""]) => text);
  const stop = blocks.find((block) => block.includes("--replicas=0")) ?? "";
  const remake = blocks.find((block) => block.includes("delete pvc")) ?? "";
  const failing = (program: string): string => `${program}() { echo ${program}; false; }\n`;
  for (const block of [stop, remake]) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", failing("kubectl") + block] }).output();
    assert.equal(new TextDecoder().decode(stdout), "kubectl\n");
  }
});

Deno.test("what a container has is named, with no command for it", () => {
  const page = renderRelocationMarkdown({ ...PAGE, data: [], inUse: [{ ...DATA, writers: ["shop-db-1"] }] });
  assert.match(page, /Not yet[^]*`db` of db[^]*shop-db-1/);
  assert.ok(!/kubectl|cp -a|may go/.test(page));
});

Deno.test("where nothing lies there, Docker may go", () => {
  assert.match(renderRelocationMarkdown({ ...PAGE, data: [] }), /Docker can be removed/);
});

Deno.test({
  name: "copyLines() copies all that is there, and finds what is not the same",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const [from, to] = [join(directory, "my old"), join(directory, "new/place")];
    await Deno.mkdir(join(from, "deep"), { recursive: true });
    await Deno.writeTextFile(join(from, "deep/rows"), "1 2 3");
    await Deno.symlink("deep/rows", join(from, "link"));
    await Deno.chmod(join(from, "deep"), 0o700);
    const lines = copyLines(from, to);
    const compared = (): Promise<boolean> => pasted(lines.filter((line) => /diff/.test(line)).join(" && "));
    assert.ok(await pasted(lines.join(" && ")) && await compared());
    assert.ok(!await pasted(lines.join(" && ")), "what is there is not written over");
    await Deno.chmod(join(to, "deep"), 0o755);
    assert.ok(!await compared(), "another mode");
    await Deno.chmod(join(to, "deep"), 0o700);
    assert.ok(await compared());
    await Deno.writeTextFile(join(to, "deep/rows"), "1 2 4");
    assert.ok(!await compared(), "another content");
    await Deno.remove(directory, { recursive: true });
  },
});

async function pasted(line: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", line], stdout: "null", stderr: "null" })
    .output();
  return success;
}
