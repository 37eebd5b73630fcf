import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { asShown, onCluster, onStack, severalFlags, withGivenFlags } from "../../lib/cli/next_command.ts";
import { type Told, told, withFiles } from "./in_process.ts";
import { SmallServer, toldAt } from "./small_server.ts";

const OUTPUT = { output: "text", color: true } as const;

Deno.test("a next command has every flag that names the stack and the cluster, quoted where it has to be", () => {
  const options = {
    ...OUTPUT,
    stack: "our shop",
    file: ["a.yaml", "b.yaml"],
    envFile: [".env"],
    projectName: "shop",
    profile: ["local"],
    compatibility: true,
    decisions: "own.yaml",
    traefik: "../edge",
    migrations: "scripts",
    kubeconfig: "k$.yaml",
    context: "prod",
    embedded: true,
  };
  const stack = "--stack 'our shop' -f a.yaml -f b.yaml --env-file .env -p shop --profile local " +
    "--compatibility --decisions own.yaml --traefik ../edge --migrations scripts";
  equal(onStack("check", options), `deno task check ${stack}`);
  equal(
    onCluster("status", options),
    `deno task status ${stack} --kubeconfig 'k$.yaml' --context prod --embedded`,
  );
});

Deno.test("without flags it is the command alone; several stacks are named as they were", () => {
  equal(onCluster("status", {}), "deno task status");
  const given = severalFlags(["a", "b c"], "/opt");
  equal(
    onCluster("status", { ...OUTPUT, stack: "a", given }),
    "deno task status --stack a --stack 'b c' --stacks /opt",
  );
});

Deno.test("commands in what is said have the flags that were given, once", () => {
  const options = { ...OUTPUT, stack: "our shop", context: "prod" };
  const flags = "--stack 'our shop' --context prod";
  for (
    const [said, want] of [
      ["Run: deno task migrate", `Run: deno task migrate ${flags}`],
      [
        "See both with `deno task verify`; `deno task rollback` to the migration before gives it back",
        `See both with \`deno task verify ${flags}\`; \`deno task rollback ${flags}\` to the migration before gives it back`,
      ],
      ["`deno task migrate --cross`, or", `\`deno task migrate ${flags} --cross\`, or`],
      ["with: deno task secrets set db.PASSWORD; it", `with: deno task secrets set ${flags} db.PASSWORD; it`],
      ["`deno task rbac` to an administrator", "`deno task rbac --stack 'our shop'` to an administrator"],
      ["there are `deno task access` and roles", "there are `deno task access` and roles"],
      ["tried: deno task cluster reset", "tried: deno task cluster reset"],
      ["Look: deno task config --stack ../edge", "Look: deno task config --stack ../edge"],
      ["Look with `kubectl describe pod web`", "Look with `kubectl --context prod describe pod web`"],
      ["Give them: kubectl -n shop get pods", "Give them: kubectl --context prod -n shop get pods"],
      ["See with kubectl why it does not end", "See with kubectl why it does not end"],
    ] as const
  ) {
    equal(withGivenFlags(said, options), want);
    equal(withGivenFlags(want, options), want);
    equal(withGivenFlags(said, {}), said);
  }
  const own = `See ${onStack("check", options)} and \`${onCluster("status --watch", options)}\``;
  equal(withGivenFlags(own, options), own);
});

Deno.test("a finding about the stack names commands with the flags that were given, also in explain and in the page", () =>
  withFiles({
    "compose.yaml": "services:\n  web: { image: 'nginx:1.27.2', restart: always }\n" +
      "  watchtower: { image: 'containrrr/watchtower:1.7.1', restart: always }\n",
  }, async (directory) => {
    const run = new RegExp(`and run \`deno task migrate --stack ${directory}\``);
    match((await told(directory, ["check", "--stack", directory])).out.replaceAll(/\s+/g, " "), run);
    match((await told(directory, ["check", "--stack", directory, "-o", "json"])).out, run);
    match((await told(directory, ["explain", "watchtower", "--stack", directory, "-o", "json"])).out, run);
    equal((await told(directory, ["report", "--stack", directory, "--to", "page.html"])).code, 0);
    match(await Deno.readTextFile(join(directory, "page.html")), run);
  }));

Deno.test("what a preview was made with is not lost, and what only previews have is", () => {
  const options = {
    ...OUTPUT,
    to: "050",
    dryRun: true,
    full: true,
    adopt: true,
    cross: true,
    allowRunning: true,
  };
  equal(asShown("migrate", options), "deno task migrate --to 050 --adopt --allow-running --cross");
  equal(asShown("redo 060", options), "deno task redo 060 --adopt --allow-running --cross");
});

Deno.test("a refused run names commands with the flags that it was called with", async () => {
  const api = new SmallServer();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => api.answer(request),
  );
  const compose = (image: string): string =>
    `name: shop\nservices: { web: { image: "${image}", expose: ["80"] } }\n`;
  const files = { "compose.yaml": compose("nginx:1.27"), "decisions.yaml": "engine: none\n" };
  await withFiles(files, async (directory) => {
    const address = `http://127.0.0.1:${server.addr.port}`;
    const run = (...args: readonly string[]): Promise<Told> =>
      toldAt(directory, address, ["migrate", "--yes", ...args]);
    const first = await run();
    equal(first.code, 0, first.err);
    await Deno.writeTextFile(`${directory}/compose.yaml`, compose("nginx:1.28"));
    const { code, err } = await run("--frozen");
    equal(code, 1, err);
    match(err, /`deno task migrate --dry-run --stack \. --kubeconfig kubeconfig-\d+`; run without --frozen/);
  });
});
