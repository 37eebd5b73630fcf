/** The command line about what is to be done again, what is left to do, and what has no script any more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestCluster, withCluster } from "../embedded_cluster/fixture.ts";
import { type Ended, ferry, runFerry } from "./ferry.ts";

const AUTHORING = new URL("../../lib/migration/authoring.ts", import.meta.url).href;
const script = (plan: string): string =>
  `import { migration } from "${AUTHORING}";\n` +
  `export default migration({ title: "t", why: "w", plan: ${plan} });\n`;
const COMPOSE =
  "services:\n  schema:\n    image: nginx:1.27\n    restart: 'no'\n  web:\n    image: nginx:1.27\n";
const DECISIONS = "services:\n  schema: { kind: Job }\n  web: { ports: [80] }\n";

interface Small {
  readonly scripts: string;
  ferry(command: string, ...more: readonly string[]): Promise<Ended>;
  readonly flags: readonly string[];
}

/** Two services and three scripts whose numbers are of two widths. */
async function withSmall(cluster: TestCluster, work: (small: Small) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ferry-again-" });
  const scripts = join(directory, "migrations");
  try {
    await Deno.mkdir(scripts);
    await Deno.writeTextFile(join(directory, "compose.yaml"), COMPOSE);
    await Deno.writeTextFile(join(directory, "decisions.yaml"), `namespace: ${cluster.prefix}\n${DECISIONS}`);
    const files = {
      "010_namespace.ts": script("({ kube }) => [kube.namespaces()]"),
      "999_schema.ts": script(`({ service, kube }) => [kube.job(service("schema"), { timeout: "1m" })]`),
      "1000_web.ts": script(`({ service, kube }) => [kube.workload(service("web"))]`),
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(scripts, name), text);
    const flags = ["--stack", directory, "--migrations", scripts, "--embedded"];
    const small = (command: string, ...more: readonly string[]): Promise<Ended> =>
      runFerry([command, ...flags, ...more], { cluster });
    await work({ scripts, flags, ferry: small });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function jobUid(cluster: TestCluster): Promise<string> {
  const path = `/apis/batch/v1/namespaces/${cluster.prefix}/jobs`;
  const { body } = await cluster.api.request("GET", path);
  const [job] = (body as { items: { metadata: { uid: string } }[] }).items;
  return job?.metadata.uid ?? assert.fail("there is no Job");
}

/** Kills the command at the first line that has the text. */
async function killAt(cluster: TestCluster, args: readonly string[], text: string): Promise<void> {
  const child = ferry(args, { cluster });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let seen = ""; !seen.includes(text);) {
    const { value, done } = await reader.read();
    assert.ok(!done, `the run ended before it could be killed: ${seen}`);
    seen += value;
  }
  child.kill("SIGKILL");
  await Promise.all([child.status, child.stderr.cancel(), reader.cancel()]);
}

Deno.test("a redo that is killed is told by status and dry-run, and finished by migrate, its Job once", async () => {
  await withCluster(async (cluster) => {
    await withSmall(cluster, async ({ ferry, flags }) => {
      const early = await ferry("redo", "999", "--yes");
      assert.equal(early.code, 2, early.err);
      assert.match(early.err, /error\[run-not-applied\].*"999_schema".*never applied/);
      const first = await ferry("migrate", "--yes");
      assert.equal(first.code, 0, first.err);
      const before = await jobUid(cluster);
      await killAt(cluster, ["redo", "999", ...flags, "--yes", "-o", "json"], '"outcome":"replaced"');
      const made = await jobUid(cluster);
      assert.notEqual(made, before);

      const status = await ferry("status");
      assert.match(status.out, /999_schema\s+\w+ while applied again, 2 objects/);
      const preview = await ferry("migrate", "--dry-run", "--detailed-exitcode");
      assert.equal(preview.code, 10, preview.err);
      assert.match(preview.out, /^999_schema t, again/m);
      const rest = await ferry("migrate", "--yes");
      assert.equal(rest.code, 0, rest.err);
      assert.match(rest.err, /^999_schema t \(2 objects, again, resumed\)/m);
      assert.equal(await jobUid(cluster), made, "it is not run a third time");
      const done = await ferry("migrate", "--dry-run", "--detailed-exitcode");
      assert.equal(done.code, 0, done.out);
    });
  });
});

Deno.test("numbers of two widths are in order, and --frozen refuses a dry-run as it does a run", async () => {
  await withCluster(async (cluster) => {
    await withSmall(cluster, async ({ ferry, scripts }) => {
      assert.equal((await ferry("migrate", "--yes")).code, 0);
      const status = await ferry("status", "-o", "json");
      const { migrations, current } = JSON.parse(status.out) as {
        migrations: { id: string }[];
        current: string;
      };
      assert.deepEqual(migrations.map(({ id }) => id), ["010_namespace", "999_schema", "1000_web"]);
      assert.equal(current, "1000_web");

      const changed = script(
        "({ service, kube, manual }) => [kube.workload(service('web')), manual('look')]",
      );
      await Deno.writeTextFile(join(scripts, "1000_web.ts"), changed);
      const look = await ferry("migrate", "--dry-run", "--detailed-exitcode");
      assert.equal(look.code, 10, "nothing but the record would change, and that is something to do");
      const refused = [
        await ferry("migrate", "--frozen", "--dry-run"),
        await ferry("migrate", "--frozen", "--yes"),
      ];
      for (const { code, err } of refused) {
        assert.equal(code, 1, err);
        assert.match(err, /error\[run-changed\]: Migration "1000_web"/);
      }
      assert.equal((await ferry("migrate", "--yes")).code, 0);
      const back = await ferry("rollback", "--to", "999", "--yes", "-o", "json");
      assert.equal(back.code, 0, back.err);
      assert.match(back.out, /"migration-rolled-back","id":"1000_web"/);
      assert.doesNotMatch(back.out, /"migration-rolled-back","id":"999_schema"/);
    });
  });
});

Deno.test("migrate, its dry-run and status warn of a recorded migration whose script is gone", async () => {
  await withCluster(async (cluster) => {
    await withSmall(cluster, async ({ ferry, scripts }) => {
      const extra = join(scripts, "1010_extra.ts");
      await Deno.writeTextFile(extra, script("({ manual }) => [manual('look')]"));
      assert.equal((await ferry("migrate", "--yes")).code, 0);
      await Deno.remove(extra);
      const said = /Migration "1010_extra" is recorded in the cluster, but there is no such script/;
      for (const args of [["migrate", "--yes"], ["migrate", "--dry-run"], ["status"]] as const) {
        const [command, ...more] = args;
        const { code, err } = await ferry(command, ...more);
        assert.equal(code, 0, err);
        assert.match(err, said, args.join(" "));
      }
      const json = await ferry("migrate", "--yes", "-o", "json");
      assert.match(json.out, /"type":"warning","diagnostic":\{"code":"run-script-missing"/);
      const preview = await ferry("migrate", "--dry-run", "-o", "json");
      const { diagnostics } = JSON.parse(preview.out) as { diagnostics: { code: string }[] };
      assert.deepEqual(diagnostics.map(({ code }) => code), ["run-script-missing"]);
    });
  });
});
